//! Joins files of the splitter that are always fetched together. The splitter puts shared code into
//! a file for each set of chunks, and these call one another through the table; within one file they
//! call one another directly.

use std::{collections::BTreeMap, convert::Infallible};

use anyhow::{Context, Result, bail, ensure};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, DataSection, ElementSection, EntityType, FunctionSection, ImportSection, Module, TypeSection,
};
use wasmparser::{
    BinaryReaderError, Data, Element, ElementItems, ElementKind, FunctionBody, Operator, Parser, Payload, TypeRef,
    TypeSectionReader,
};

/// A parsed file, limited to what the splitter writes: it imports memory, table and stack from the
/// main program, and provides functions through the table.
#[derive(Default)]
struct File<'a> {
    types: Option<TypeSectionReader<'a>>,
    /// Type of each import, by its module and name.
    imports: BTreeMap<(&'a str, &'a str), TypeRef>,
    /// Index of each function's type.
    functions: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    elements: Vec<Element<'a>>,
    data: Vec<Data<'a>>,
    /// The functions that it puts into the table, by their indices there.
    table: BTreeMap<u32, u32>,
}

impl<'a> File<'a> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is refused, whatever WASM will have")]
    fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut file = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(types) => file.types = Some(types),
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        ensure!(!matches!(import.ty, TypeRef::Func(_)), "a chunk takes the function {}", import.name);
                        file.imports.insert((import.module, import.name), import.ty);
                    }
                }
                Payload::FunctionSection(types) => file.functions = types.into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => file.bodies.push(body),
                Payload::ElementSection(elements) => {
                    for element in elements {
                        let element = element?;
                        file.table.extend(table_entries(&element)?);
                        file.elements.push(element);
                    }
                }
                Payload::DataSection(data) => file.data = data.into_iter().collect::<Result<_, _>>()?,
                Payload::ExportSection(exports) => ensure!(exports.count() == 0, "a chunk exports something"),
                Payload::Version { .. }
                | Payload::CodeSectionStart { .. }
                | Payload::DataCountSection { .. }
                | Payload::CustomSection(_)
                | Payload::End(_) => {}
                other => bail!("a chunk has what no chunk had: {other:?}"),
            }
        }
        ensure!(file.functions.len() == file.bodies.len(), "a chunk has functions without code");
        Ok(file)
    }
}

/// Returns the functions of an element segment by their indices in the table.
fn table_entries(element: &Element) -> Result<BTreeMap<u32, u32>> {
    let ElementKind::Active { offset_expr, .. } = &element.kind else { bail!("a chunk fills the table later on") };
    let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
        bail!("a chunk fills the table at an index that is not known")
    };
    let ElementItems::Functions(functions) = &element.items else {
        bail!("a chunk's table holds other than functions")
    };
    let from = u32::try_from(value)?;
    (from..).zip(functions.clone()).map(|(index, function)| Ok((index, function?))).collect()
}

/// Returns the table index of the function that this one forwards its arguments to, if it does
/// nothing else: the splitter calls functions of other files through such stubs.
fn stub_target(ty: u32, body: &FunctionBody) -> Result<Option<u32>> {
    let mut operators = body.get_operators_reader()?;
    let (mut argument_count, mut table_index) = (0, None);
    while !operators.eof() {
        match (operators.read()?, table_index) {
            (Operator::LocalGet { local_index }, None) if local_index == argument_count => argument_count += 1,
            (Operator::I32Const { value }, None) if value >= 0 => table_index = Some(value.cast_unsigned()),
            (Operator::CallIndirect { type_index, .. }, Some(_)) if type_index == ty => {
                let ends_here = matches!(operators.read()?, Operator::End) && operators.eof();
                return Ok(table_index.filter(|_| ends_here));
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// New indices of one file's functions in the joined file.
struct FunctionIndices(Vec<u32>);

impl Reencode for FunctionIndices {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.0[function as usize])
    }
}

/// Joins these files into one that does the same.
pub fn join(files: &[Vec<u8>]) -> Result<Vec<u8>> {
    let files = files.iter().map(|wasm| File::read(wasm)).collect::<Result<Vec<_>>>()?;
    let types = files.first().and_then(|file| file.types.clone()).context("nothing to join")?;
    let bytes = |types: &TypeSectionReader| types.clone().into_iter().collect::<Result<Vec<_>, BinaryReaderError>>();
    for file in &files {
        let same = file.types.as_ref().map(bytes).transpose()? == Some(bytes(&types)?);
        ensure!(same, "two chunks number their types in other ways");
    }
    let indices = assign_indices(&files)?;

    let mut type_section = TypeSection::new();
    let mut imports = ImportSection::new();
    let mut functions = FunctionSection::new();
    let mut elements = ElementSection::new();
    let mut code = CodeSection::new();
    let mut data = DataSection::new();
    let mut type_encoder = FunctionIndices(Vec::new());
    type_encoder.parse_type_section(&mut type_section, types)?;
    let mut shared_imports = BTreeMap::new();
    for file in &files {
        shared_imports.extend(file.imports.clone());
    }
    for (kind, is_kind) in KINDS {
        ensure!(shared_imports.values().filter(|ty| is_kind(ty)).count() <= 1, "chunks take more than one {kind}");
    }
    for ((module, name), ty) in shared_imports {
        imports.import(module, name, EntityType::try_from(ty)?);
    }
    for (file, (kept, indices)) in files.iter().zip(indices) {
        let mut indices = FunctionIndices(indices);
        for ((ty, body), _) in file.functions.iter().zip(&file.bodies).zip(kept).filter(|(_, kept)| *kept) {
            functions.function(*ty);
            indices.parse_function_body(&mut code, body.clone())?;
        }
        for element in &file.elements {
            indices.parse_element(&mut elements, element.clone())?;
        }
        // The splitter leaves an empty segment for each one that belongs to another file.
        for segment in file.data.iter().filter(|segment| !segment.data.is_empty()) {
            indices.parse_data(&mut data, segment.clone())?;
        }
    }
    let mut joined = Module::new();
    joined.section(&type_section).section(&imports).section(&functions);
    joined.section(&elements).section(&code).section(&data);
    Ok(joined.finish())
}

/// Predicate: whether an import is of a kind.
type IsKind = fn(&TypeRef) -> bool;
/// Kinds of which a chunk may import one, and how to recognise them.
const KINDS: [(&str, IsKind); 4] = [
    ("memory", |ty| matches!(ty, TypeRef::Memory(_))),
    ("table", |ty| matches!(ty, TypeRef::Table(_))),
    ("global", |ty| matches!(ty, TypeRef::Global(_))),
    ("tag", |ty| matches!(ty, TypeRef::Tag(_))),
];

/// Returns which functions of each file are kept, and all new indices: a stub gets its target's.
fn assign_indices(files: &[File]) -> Result<Vec<(Vec<bool>, Vec<u32>)>> {
    let mut owners = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        owners.extend(file.table.iter().map(|(table_index, function)| (*table_index, (index, *function as usize))));
    }
    let mut next = 0;
    let mut indices = Vec::with_capacity(files.len());
    let mut stubs = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let (mut is_kept, mut own_indices) = (Vec::new(), Vec::new());
        for (function, (ty, body)) in file.functions.iter().zip(&file.bodies).enumerate() {
            let target = stub_target(*ty, body)?.and_then(|table_index| owners.get(&table_index));
            if let Some(target) = target {
                stubs.push(((index, function), *target));
            }
            is_kept.push(target.is_none());
            own_indices.push(next);
            next += u32::from(target.is_none());
        }
        indices.push((is_kept, own_indices));
    }
    for ((index, function), (target, target_function)) in stubs {
        ensure!(indices[target].0[target_function], "a chunk's function stands for one that stands for another");
        indices[index].1[function] = indices[target].1[target_function];
    }
    Ok(indices)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{ConstExpr, Elements, Function, MemoryType, RefType, TableType, ValType};

    use super::*;

    const TYPE: u32 = 0;

    /// Builds a file with these functions, the first of them at this index of the table.
    fn file(index: i32, functions: &[Function], data: &[u8]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        let mut imports = ImportSection::new();
        let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
        let table =
            TableType { element_type: RefType::FUNCREF, minimum: 20, maximum: None, table64: false, shared: false };
        imports.import("main", "memory", memory).import("main", "table", table);
        let mut numbers = FunctionSection::new();
        let mut code = CodeSection::new();
        for function in functions {
            numbers.function(TYPE);
            code.function(function);
        }
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(index), Elements::Functions([0][..].into()));
        let mut segments = DataSection::new();
        segments.active(0, &ConstExpr::i32_const(8), data.iter().copied());
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&numbers).section(&elements).section(&code).section(&segments);
        module.finish()
    }

    fn function(write: impl FnOnce(&mut wasm_encoder::InstructionSink)) -> Function {
        let mut function = Function::new([]);
        let mut sink = function.instructions();
        write(&mut sink);
        sink.end();
        function
    }

    /// A function that calls the one at this index of the table.
    fn by_table(index: i32) -> Function {
        function(|sink| {
            sink.local_get(0).i32_const(index).call_indirect(0, TYPE);
        })
    }

    fn code(wasm: &[u8]) -> Vec<String> {
        let file = File::read(wasm).expect("a file");
        let shown = |body: &FunctionBody| {
            let operators = body.get_operators_reader().expect("code").into_iter();
            operators.map(|operator| format!("{:?}", operator.expect("an operator"))).collect::<Vec<_>>().join(" ")
        };
        file.bodies.iter().map(shown).collect()
    }

    #[test]
    fn functions_of_joined_files_call_one_another_directly_and_those_of_others_by_the_table() {
        let caller = function(|sink| {
            sink.local_get(0).call(1).call(2);
        });
        let elsewhere = function(|sink| {
            sink.i32_const(-1).i32_const(9).call_indirect(0, TYPE);
        });
        let one = file(5, &[caller, by_table(9), by_table(3), elsewhere], &[]);
        let answer = function(|sink| {
            sink.i32_const(7);
        });
        let other = file(9, &[answer], &[42]);
        let joined = join(&[one, other]).expect("joined");
        wasmparser::validate(&joined).expect("valid");
        let code = code(&joined);
        assert_eq!(code.len(), 4, "what stood for a joined function is gone: {code:#?}");
        assert!(code[0].contains("Call { function_index: 3 } Call { function_index: 1 }"), "{code:#?}");
        assert!(code[1].contains("I32Const { value: 3 } CallIndirect"), "another file's stays in the table: {code:#?}");
        assert!(
            code[2].contains("I32Const { value: -1 }"),
            "with something else, it is a function of its own: {code:#?}"
        );
        assert!(code[3].contains("I32Const { value: 7 }"), "{code:#?}");
        let file = File::read(&joined).expect("a file");
        assert_eq!(file.table, BTreeMap::from([(5, 0), (9, 3)]), "the rest of the program finds both at their indices");
        assert_eq!(file.data.len(), 1, "empty segments are left out");
    }

    #[test]
    fn a_file_that_is_no_part_is_refused() {
        join(&[]).expect_err("nothing");
        let mut imports = ImportSection::new();
        imports.import("main", "call", EntityType::Function(TYPE));
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut module = Module::new();
        module.section(&types).section(&imports);
        let error = join(&[module.finish()]).expect_err("it takes a function");
        assert!(error.to_string().contains("takes the function call"), "{error}");
    }
}
