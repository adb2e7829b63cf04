//! Gives the exported functions of the WASM consecutive indices. A browser names such a function by
//! its index, and converts all these numbers to strings when the program starts. Chromium keeps the
//! strings in a table by index modulo 128, which grows by 64 KB at the first collision; consecutive
//! indices have none.

use std::{collections::BTreeSet, convert::Infallible};

use anyhow::{Context, Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, ExternalKind, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef};

/// Size of Chromium's table before it grows (`SmiStringCache` in V8).
const TABLE_SIZE: u32 = 128;
/// Where the exported functions begin: beyond the small numbers that scripts convert most.
const FIRST_PLACE: u32 = 48;

/// The functions in their new order. Indices are without the imported ones, which come first.
#[derive(Default)]
struct Reordered<'a> {
    /// Number of imported functions.
    imported: u32,
    /// Type and code of each function, by its old index.
    types: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    /// Old indices in the new order.
    order: Vec<u32>,
    /// New index by the old one.
    places: Vec<u32>,
}

/// Returns the module with its exported functions together, as near to the end as possible.
pub fn group(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Reordered::default();
    let mut exported = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "all else stays as it is")]
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    module.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(types) => module.types = types.into_iter().collect::<Result<_, _>>()?,
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        exported.insert(export.index.checked_sub(module.imported).context("an import is exported")?);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => module.bodies.push(body),
            _ => {}
        }
    }
    let count = u32::try_from(module.types.len())?;
    let others: Vec<u32> = (0..count).filter(|function| !exported.contains(function)).collect();
    let end = u32::try_from(others.len())?;
    let from = (0..=end).rev().find(|from| (module.imported + from) % TABLE_SIZE == FIRST_PLACE).unwrap_or(end);
    let (before, after) = others.split_at(usize::try_from(from)?);
    module.order = before.iter().chain(&exported).chain(after).copied().collect();
    let mut places: Vec<_> = module.order.iter().copied().zip(0..count).collect();
    places.sort_unstable();
    module.places = places.into_iter().map(|(_, place)| place).collect();
    let mut written = Module::new();
    module
        .parse_core_module(&mut written, Parser::new(0), wasm)
        .map_err(|error| anyhow!("the WASM cannot be written in another order: {error}"))?;
    Ok(written.finish())
}

type Outcome<T = ()> = Result<T, Error<Infallible>>;

impl Reencode for Reordered<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Outcome<u32> {
        Ok(match index.checked_sub(self.imported) {
            Some(function) => self.imported + self.places[function as usize],
            None => index,
        })
    }

    fn parse_function_section(&mut self, section: &mut FunctionSection, _: FunctionSectionReader) -> Outcome {
        for function in &self.order {
            section.function(self.types[*function as usize]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, section: &mut CodeSection, _: CodeSectionReader) -> Outcome {
        for function in self.order.clone() {
            let body = self.bodies[function as usize].clone();
            self.parse_function_body(section, body)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use walrus::{FunctionBuilder, ValType};

    use super::*;

    /// A module of 400 functions, each returning its number, and calling none; every fortieth is
    /// exported by its number.
    fn wasm() -> Vec<u8> {
        let mut module = walrus::Module::default();
        let kind = module.types.add(&[], &[]);
        module.add_import_func("i", "a", kind);
        for number in 0..400 {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
            builder.func_body().i32_const(number);
            let function = builder.finish(vec![], &mut module.funcs);
            if number % 40 == 0 {
                module.exports.add(&number.to_string(), function);
            }
        }
        module.emit_wasm()
    }

    #[test]
    fn exported_functions_are_consecutive_and_still_the_same() {
        let grouped = group(&wasm()).expect("grouped");
        let (mut bodies, mut exports) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&grouped) {
            let payload = payload.expect("still a module");
            if let Payload::CodeSectionEntry(body) = payload {
                bodies.push(body);
            } else if let Payload::ExportSection(section) = payload {
                exports = section.into_iter().map(|one| one.expect("an export")).collect();
            }
        }
        assert_eq!((bodies.len(), exports.len()), (400, 10));
        let mut indices: Vec<u32> = exports.iter().map(|export| export.index).collect();
        indices.sort_unstable();
        let first = indices[0];
        assert_eq!(first % TABLE_SIZE, FIRST_PLACE);
        assert_eq!(indices, (first..first + 10).collect::<Vec<_>>());
        for export in exports {
            let mut code = bodies[export.index as usize - 1].get_operators_reader().expect("code");
            let wasmparser::Operator::I32Const { value } = code.read().expect("an operator") else {
                panic!("a constant")
            };
            assert_eq!(value.to_string(), export.name);
        }
    }
}
