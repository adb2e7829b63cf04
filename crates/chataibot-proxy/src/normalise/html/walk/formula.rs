//! Conversion of MathML to one line of text.

use std::borrow::Cow;

use chataibot_wire::rich_text::Shift;
use html5ever::ns;

use super::super::media;
use super::super::parse::{Document, Element, Id, Kind};
use super::super::style::Style;
use super::super::tree::Inline;
use super::{Inherited, Task, Walk};

impl Walk<'_> {
    pub(super) fn formula(&mut self, element: &Element, inherited: Inherited) {
        if Style::of_element(element).is_hidden() || inherited.is_invisible {
            return;
        }
        if element.name() == "math" {
            self.fallback(media::name_of(element).or_else(|| element.attribute("alttext").map(str::to_owned)));
        }
        let formula = Formula { document: self.document, inherited: Inherited { is_in_svg: false, ..inherited } };
        self.tasks.extend(formula.linear(element).into_iter().rev());
    }

    /// Whether it is the copy for the eye that MathJax or `KaTeX` puts beside a formula.
    pub(super) fn is_rendered_copy(&self, element: &Element) -> bool {
        element.attribute("aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            && self.document.neighbours(element.id).into_iter().flatten().any(|one| holds_formula(self.document, one))
    }
}

fn holds_formula(document: &Document, element: &Element) -> bool {
    let is_formula = *element.namespace() == ns!(mathml);
    !Style::of_element(element).is_hidden()
        && (is_formula || document.child_elements(element.id).any(|child| holds_formula(document, child)))
}

struct Formula<'a> {
    document: &'a Document,
    inherited: Inherited,
}

impl Formula<'_> {
    /// Returns the linear form of a formula or of a part of one.
    fn linear(&self, element: &Element) -> Vec<Task> {
        let children = &self.document.node(element.id).children;
        let elements: Vec<Id> = self.document.child_elements(element.id).map(|one| one.id).collect();
        let all = || children.iter().map(|id| self.node(*id));
        match (element.name(), elements.as_slice()) {
            ("annotation" | "annotation-xml" | "mphantom" | "none" | "mprescripts" | "script" | "style", _) => vec![],
            ("mo", _) if self.is_invisible_operator(children) => vec![words(" ")],
            ("mtable", rows) => {
                let rows = rows.iter().enumerate();
                let rows = rows.flat_map(|(index, row)| [words(if index == 0 { " " } else { "; " }), self.node(*row)]);
                rows.chain([words(" ")]).collect()
            }
            ("math" | "mtd", _) => surround(" ", all(), " "),
            ("mfrac", [above, below]) => {
                let fraction = [self.bracketed(*above), vec![words("/")], self.bracketed(*below)];
                surround(" ", fraction.into_iter().flatten(), " ")
            }
            ("msqrt", _) => surround("√(", all(), ")"),
            ("mroot", [base, index]) => {
                let mut tasks = self.bracketed(*base);
                tasks.push(Task::Within(Inline::Shift(Shift::Sup), vec![words("1/"), self.node(*index)]));
                tasks
            }
            ("msup" | "mover", [base, above]) => vec![self.node(*base), self.shifted(Shift::Sup, *above)],
            ("msub" | "munder", [base, below]) => vec![self.node(*base), self.shifted(Shift::Sub, *below)],
            ("msubsup" | "munderover", [base, below, above]) => {
                vec![self.node(*base), self.shifted(Shift::Sub, *below), self.shifted(Shift::Sup, *above)]
            }
            ("mmultiscripts", [base, scripts @ ..]) => self.multiscripts(*base, scripts),
            ("mfenced", _) => {
                let sign = |name, usual: &str| words(element.attribute(name).unwrap_or(usual).trim().to_owned());
                let separators = element.attribute("separators").unwrap_or(",");
                let mut separators = separators.chars().filter(|c| !c.is_whitespace());
                let mut separator = separators.next();
                let mut tasks = vec![sign("open", "(")];
                for (index, id) in elements.iter().enumerate() {
                    if let (1.., Some(sign)) = (index, separator) {
                        tasks.push(words(format!("{sign} ")));
                        separator = separators.next().or(separator);
                    }
                    tasks.push(self.node(*id));
                }
                tasks.push(sign("close", ")"));
                tasks
            }
            ("mspace", _) => vec![words(" ")],
            ("maction", [first, ..]) => vec![self.node(*first)],
            _ => all().collect(),
        }
    }

    fn node(&self, id: Id) -> Task {
        Task::Enter(id, self.inherited)
    }

    fn shifted(&self, shift: Shift, id: Id) -> Task {
        Task::Within(Inline::Shift(shift), vec![self.node(id)])
    }

    /// Whether the operator is invisible and only tells programs how its neighbours are combined.
    fn is_invisible_operator(&self, children: &[Id]) -> bool {
        let is_invisible = |text: &str| text.trim().chars().all(|c| matches!(c, '\u{2061}'..='\u{2064}'));
        children.iter().all(|id| matches!(&self.document.node(*id).kind, Kind::Text(text) if is_invisible(text)))
    }

    /// Converts `mmultiscripts`: pairs of scripts after the base, then those before it.
    fn multiscripts(&self, base: Id, scripts: &[Id]) -> Vec<Task> {
        let is_called = |id: &Id, name: &str| self.document.element(*id).is_some_and(|one| one.name() == name);
        let is_empty = |id: &Id| is_called(id, "none") || self.document.node(*id).children.is_empty();
        let mut sides = scripts.split(|id| is_called(id, "mprescripts")).map(|side| {
            let scripts = side.iter().zip([Shift::Sub, Shift::Sup].into_iter().cycle());
            scripts.filter(|(id, _)| !is_empty(id)).map(|(id, shift)| self.shifted(shift, *id)).collect::<Vec<_>>()
        });
        let behind = sides.next().unwrap_or_default();
        let before = sides.next().unwrap_or_default();
        before.into_iter().chain([self.node(base)]).chain(behind).collect()
    }

    /// Adds brackets if the node has more than one part.
    fn bracketed(&self, id: Id) -> Vec<Task> {
        let parts = self.document.node(id).children.iter();
        let parts = parts.filter(|id| !matches!(self.document.node(**id).kind, Kind::Other)).count();
        if parts < 2 { vec![self.node(id)] } else { surround("(", [self.node(id)], ")") }
    }
}

fn words(words: impl Into<Cow<'static, str>>) -> Task {
    Task::Words(words.into())
}

fn surround(before: &'static str, tasks: impl IntoIterator<Item = Task>, behind: &'static str) -> Vec<Task> {
    [words(before)].into_iter().chain(tasks).chain([words(behind)]).collect()
}
