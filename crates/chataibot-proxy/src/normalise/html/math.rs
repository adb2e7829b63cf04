//! Formulas, as they are written in a line.

use super::{
    parse::{Document, Element, Id, Kind},
    tree::Inline,
};

/// A piece of a formula.
pub enum Part {
    Node(Id),
    Words(&'static str),
    Begin(Inline),
    End(Inline),
    Space,
}

/// What a formula, or a part of one, is in a line.
pub fn parts(document: &Document, id: Id, element: &Element) -> Vec<Part> {
    let children = &document.node(id).children;
    let elements: Vec<Id> = children.iter().copied().filter(|id| document.element(*id).is_some()).collect();
    let all = || children.iter().map(|id| Part::Node(*id)).collect::<Vec<_>>();
    match (element.name(), elements.as_slice()) {
        ("annotation" | "annotation-xml" | "mphantom" | "none" | "mprescripts" | "script" | "style", _) => Vec::new(),
        ("math" | "mtable" | "mtd" | "mlabeledtr", _) => around(Part::Space, all(), Part::Space),
        ("mfrac", [above, below]) => {
            let mut parts = vec![Part::Space];
            parts.extend(group(document, *above));
            parts.push(Part::Words("/"));
            parts.extend(group(document, *below));
            parts.push(Part::Space);
            parts
        }
        ("msqrt", _) => around(Part::Words("√("), all(), Part::Words(")")),
        ("mroot", [base, index]) => {
            let mut parts = group(document, *base);
            parts.extend(shifted(&Inline::Raised, vec![Part::Words("1/"), Part::Node(*index)]));
            parts
        }
        ("msup" | "mover", [base, above]) => over(*base, None, Some(*above)),
        ("msub" | "munder", [base, below]) => over(*base, Some(*below), None),
        ("msubsup" | "munderover", [base, below, above]) => over(*base, Some(*below), Some(*above)),
        ("mfenced", _) => {
            let mut parts = vec![Part::Words("(")];
            for (index, id) in elements.iter().enumerate() {
                if index > 0 {
                    parts.push(Part::Words(", "));
                }
                parts.push(Part::Node(*id));
            }
            parts.push(Part::Words(")"));
            parts
        }
        ("mtr", _) => around(Part::Space, all(), Part::Words("; ")),
        ("mspace", _) => vec![Part::Space],
        ("maction", [first, ..]) => vec![Part::Node(*first)],
        _ => all(),
    }
}

fn around(before: Part, parts: Vec<Part>, behind: Part) -> Vec<Part> {
    let mut all = vec![before];
    all.extend(parts);
    all.push(behind);
    all
}

fn shifted(inline: &Inline, parts: Vec<Part>) -> Vec<Part> {
    around(Part::Begin(inline.clone()), parts, Part::End(inline.clone()))
}

fn over(base: Id, below: Option<Id>, above: Option<Id>) -> Vec<Part> {
    let mut parts = vec![Part::Node(base)];
    parts.extend(below.into_iter().flat_map(|id| shifted(&Inline::Lowered, vec![Part::Node(id)])));
    parts.extend(above.into_iter().flat_map(|id| shifted(&Inline::Raised, vec![Part::Node(id)])));
    parts
}

/// In brackets, where it consists of more than one thing.
fn group(document: &Document, id: Id) -> Vec<Part> {
    let is_one =
        document.node(id).children.iter().filter(|id| !matches!(document.node(**id).kind, Kind::Other)).count() < 2;
    if is_one { vec![Part::Node(id)] } else { around(Part::Words("("), vec![Part::Node(id)], Part::Words(")")) }
}
