//! Converter from MathML to one line of text.

use std::{borrow::Cow, iter};

use super::{
    parse::{Document, Element, Id, Kind, Namespace},
    style::Style,
    tree::Inline,
};

/// A piece of a formula.
pub enum Part {
    Node(Id),
    Words(Cow<'static, str>),
    Begin(Inline),
    End,
    Space,
}

/// Returns the linear form of a formula or of a part of one.
pub fn parts(document: &Document, id: Id, element: &Element) -> Vec<Part> {
    let children = &document.node(id).children;
    let elements: Vec<Id> = document.child_elements(id).map(|one| one.id()).collect();
    let all = || children.iter().map(|id| Part::Node(*id)).collect::<Vec<_>>();
    match (element.name(), elements.as_slice()) {
        ("annotation" | "annotation-xml" | "mphantom" | "none" | "mprescripts" | "script" | "style", _) => Vec::new(),
        ("mo", _) if is_invisible_operator(document, id) => vec![Part::Space],
        ("mtable", rows) => {
            let rows = rows.iter().enumerate();
            let rows = rows.flat_map(|(index, row)| [words(if index == 0 { " " } else { "; " }), Part::Node(*row)]);
            rows.chain([Part::Space]).collect()
        }
        ("math" | "mtd", _) => surround(Part::Space, all(), Part::Space),
        ("mfrac", [above, below]) => {
            let fraction = [bracketed(document, *above), vec![words("/")], bracketed(document, *below)];
            surround(Part::Space, fraction.into_iter().flatten(), Part::Space)
        }
        ("msqrt", _) => surround(words("√("), all(), words(")")),
        ("mroot", [base, index]) => {
            let mut parts = bracketed(document, *base);
            parts.extend(shifted(&Inline::Raised, vec![words("1/"), Part::Node(*index)]));
            parts
        }
        ("msup" | "mover", [base, above]) => with_scripts(*base, None, Some(*above)),
        ("msub" | "munder", [base, below]) => with_scripts(*base, Some(*below), None),
        ("msubsup" | "munderover", [base, below, above]) => with_scripts(*base, Some(*below), Some(*above)),
        ("mmultiscripts", [base, scripts @ ..]) => multiscripts(document, *base, scripts),
        ("mfenced", _) => {
            let sign = |name, usual: &str| words(element.attribute(name).unwrap_or(usual).trim().to_owned());
            let mut separators = element.attribute("separators").unwrap_or(",").chars().filter(|c| !c.is_whitespace());
            let mut separator = separators.next();
            let mut parts = vec![sign("open", "(")];
            for (index, id) in elements.iter().enumerate() {
                if let (1.., Some(sign)) = (index, separator) {
                    parts.push(words(format!("{sign} ")));
                    separator = separators.next().or(separator);
                }
                parts.push(Part::Node(*id));
            }
            parts.push(sign("close", ")"));
            parts
        }
        ("mspace", _) => vec![Part::Space],
        ("maction", [first, ..]) => vec![Part::Node(*first)],
        _ => all(),
    }
}

fn words(words: impl Into<Cow<'static, str>>) -> Part {
    Part::Words(words.into())
}

/// Whether the operator is invisible and only tells programs how its neighbours are combined.
fn is_invisible_operator(document: &Document, id: Id) -> bool {
    let mut texts = document.node(id).children.iter().map(|id| &document.node(*id).kind);
    texts.all(
        |kind| matches!(kind, Kind::Text(text) if text.trim().chars().all(|c| matches!(c, '\u{2061}'..='\u{2064}'))),
    )
}

/// Renders the sub- and superscripts of `mmultiscripts`, in pairs: those after the base, and those
/// before it.
fn multiscripts(document: &Document, base: Id, scripts: &[Id]) -> Vec<Part> {
    let is_called = |id: &Id, name: &str| document.element(*id).is_some_and(|one| one.name() == name);
    let mut sides = scripts.split(|id| is_called(id, "mprescripts"));
    let marks = |side: Option<&[Id]>| {
        let mut parts = Vec::new();
        for pair in side.unwrap_or_default().chunks(2) {
            for (id, inline) in pair.iter().zip([Inline::Lowered, Inline::Raised]) {
                if !is_called(id, "none") && !document.node(*id).children.is_empty() {
                    parts.extend(shifted(&inline, vec![Part::Node(*id)]));
                }
            }
        }
        parts
    };
    let behind = marks(sides.next());
    let mut parts = marks(sides.next());
    parts.push(Part::Node(base));
    parts.extend(behind);
    parts
}

/// Whether the element is the visual rendering that MathJax or `KaTeX` puts beside a formula. A
/// reader would otherwise get both.
pub fn is_rendered_copy(document: &Document, id: Id, element: &Element) -> bool {
    let is_shown = |one: &Element| !Style::of_element(one).is_hidden;
    let holds_formula = |neighbour: &Element| {
        let mut inside = vec![neighbour.id()];
        while let Some(id) = inside.pop() {
            match document.element(id) {
                Some(one) if is_shown(one) && one.namespace() == Namespace::MathMl => return true,
                Some(one) if is_shown(one) => inside.extend(&document.node(id).children),
                _ => {}
            }
        }
        false
    };
    let is_aria_hidden = element.attribute("aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    is_aria_hidden && document.neighbours(id).into_iter().flatten().any(|neighbour| holds_formula(neighbour))
}

fn surround(before: Part, parts: impl IntoIterator<Item = Part>, behind: Part) -> Vec<Part> {
    iter::once(before).chain(parts).chain([behind]).collect()
}

fn shifted(inline: &Inline, parts: Vec<Part>) -> Vec<Part> {
    surround(Part::Begin(inline.clone()), parts, Part::End)
}

fn with_scripts(base: Id, below: Option<Id>, above: Option<Id>) -> Vec<Part> {
    let mut parts = vec![Part::Node(base)];
    parts.extend(below.into_iter().flat_map(|id| shifted(&Inline::Lowered, vec![Part::Node(id)])));
    parts.extend(above.into_iter().flat_map(|id| shifted(&Inline::Raised, vec![Part::Node(id)])));
    parts
}

/// Adds brackets if the node has more than one part.
fn bracketed(document: &Document, id: Id) -> Vec<Part> {
    let is_one =
        document.node(id).children.iter().filter(|id| !matches!(document.node(**id).kind, Kind::Other)).count() < 2;
    if is_one { vec![Part::Node(id)] } else { surround(words("("), vec![Part::Node(id)], words(")")) }
}
