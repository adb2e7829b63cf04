//! Tree sink for html5ever's tree builder: an arena of nodes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, ExpandedName, LocalName, QualName, ns};

use super::{DOCUMENT, Document, Element, Id, Kind, Node};

/// How the tree builder refers to a node.
type Handle = Rc<Element>;

#[derive(Default)]
pub struct Sink {
    pub document: RefCell<Document>,
    /// Depth of the innermost open element.
    pub depth: Cell<usize>,
    /// Whether the input has ended: elements closed after that were left open.
    pub is_over: Cell<bool>,
}

impl Document {
    fn add(&mut self, kind: Kind) -> Id {
        self.nodes.push(Node { parent: None, children: Vec::new(), kind, depth: 0 });
        self.nodes.len() - 1
    }
}

impl Sink {
    pub fn new_element(&self, name: QualName, attributes: Vec<Attribute>, is_integration_point: bool) -> Handle {
        let mut document = self.document.borrow_mut();
        let id = document.nodes.len();
        let element = Rc::new(Element { id, name, attributes, is_integration_point, is_unclosed: Cell::new(false) });
        document.add(Kind::Element(Rc::clone(&element)));
        element
    }

    /// Makes a node that is not an element of the text.
    pub fn new_hidden_node(&self) -> Handle {
        unnamed(self.document.borrow_mut().add(Kind::Other))
    }

    fn insert(&self, parent: Id, at: usize, child: NodeOrText<Handle>) {
        let mut document = self.document.borrow_mut();
        let depth = document.nodes[parent].depth + 1;
        let id = match child {
            NodeOrText::AppendNode(element) => {
                self.depth.set(depth);
                element.id
            }
            NodeOrText::AppendText(text) => {
                let last = at.checked_sub(1).map(|last| document.nodes[parent].children[last]);
                if let Some(last) = last
                    && let Kind::Text(before) = &mut document.nodes[last].kind
                {
                    return before.push_str(&text);
                }
                document.add(Kind::Text(text.to_string()))
            }
        };
        document.nodes[id].parent = Some(parent);
        document.nodes[id].depth = depth;
        document.nodes[parent].children.insert(at, id);
    }

    fn index_in_parent(&self, id: Id) -> Option<(Id, usize)> {
        let document = self.document.borrow();
        let parent = document.nodes[id].parent?;
        let at = document.nodes[parent].children.iter().rposition(|one| *one == id)?;
        Some((parent, at))
    }
}

fn unnamed(id: Id) -> Handle {
    let name = QualName::new(None, ns!(), LocalName::from(""));
    Rc::new(Element { id, name, attributes: Vec::new(), is_integration_point: false, is_unclosed: Cell::new(false) })
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Document;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Document {
        self.document.into_inner()
    }

    fn parse_error(&self, _: std::borrow::Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        unnamed(DOCUMENT)
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.new_element(name, attributes, flags.mathml_annotation_xml_integration_point)
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.new_hidden_node()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.new_hidden_node()
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        let end = self.document.borrow().nodes[parent.id].children.len();
        self.insert(parent.id, end, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        let has_parent = self.document.borrow().nodes[element.id].parent.is_some();
        if has_parent { self.append_before_sibling(element, child) } else { self.append(previous, child) }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &Handle) {
        node.is_unclosed.set(self.is_over.get());
        self.depth.set(self.document.borrow().nodes[node.id].depth.saturating_sub(1));
    }

    // The content of a template is not shown until a script inserts it.
    fn get_template_contents(&self, _: &Handle) -> Handle {
        self.new_hidden_node()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.id == other.id
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        let child = match child {
            // Text moved out of a table is separated from the text around it.
            NodeOrText::AppendText(text) => NodeOrText::AppendText(format!(" {text} ").into()),
            NodeOrText::AppendNode(ref element) => {
                self.remove_from_parent(element);
                child
            }
        };
        if let Some((parent, at)) = self.index_in_parent(sibling.id) {
            self.insert(parent, at, child);
        }
    }

    // Called only for `html` and `body`, which are not read.
    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Handle) {
        if let Some((parent, at)) = self.index_in_parent(target.id) {
            let mut document = self.document.borrow_mut();
            document.nodes[parent].children.remove(at);
            document.nodes[target.id].parent = None;
        }
    }

    fn reparent_children(&self, node: &Handle, parent: &Handle) {
        let mut document = self.document.borrow_mut();
        let children = std::mem::take(&mut document.nodes[node.id].children);
        for child in &children {
            document.nodes[*child].parent = Some(parent.id);
        }
        document.nodes[parent.id].children.extend(children);
    }

    fn is_mathml_annotation_xml_integration_point(&self, element: &Handle) -> bool {
        element.is_integration_point
    }

    fn allow_declarative_shadow_roots(&self, _: &Handle) -> bool {
        false
    }
}
