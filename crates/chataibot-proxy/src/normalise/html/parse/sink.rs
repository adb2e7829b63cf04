//! Tree sink for html5ever's tree builder: an arena of nodes.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use html5ever::{
    Attribute, ExpandedName, LocalName, QualName,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    ns,
    tendril::StrTendril,
};

use super::{DOCUMENT, Document, Element, Id, Kind, Node};

/// The arena that the tree builder fills.
pub struct Sink {
    pub document: RefCell<Document>,
    /// Depth of the innermost open element.
    pub depth: Cell<usize>,
    /// Whether the input has ended: elements closed after that were left open.
    pub is_over: Cell<bool>,
}

impl Default for Sink {
    fn default() -> Self {
        let root = Node { parent: None, children: Vec::new(), kind: Kind::Other, depth: 0 };
        let document = Document { nodes: vec![root], was_cut: false };
        Self { document: RefCell::new(document), depth: Cell::new(0), is_over: Cell::new(false) }
    }
}

impl Sink {
    pub fn new_element(&self, name: QualName, attributes: Vec<Attribute>, is_integration_point: bool) -> Rc<Element> {
        let mut document = self.document.borrow_mut();
        let id = document.nodes.len();
        let element = Rc::new(Element { id, name, attributes, is_integration_point, is_unclosed: Cell::new(false) });
        let kind = Kind::Element(Rc::clone(&element));
        document.nodes.push(Node { parent: None, children: Vec::new(), kind, depth: 0 });
        element
    }

    /// Makes a node that is not an element of the text.
    fn new_hidden_node(&self) -> Rc<Element> {
        let element = self.new_element(QualName::new(None, ns!(), LocalName::from("")), Vec::new(), false);
        self.document.borrow_mut().nodes[element.id].kind = Kind::Other;
        element
    }

    /// Inserts `child` into `parent` at index `at`.
    fn insert(&self, parent: Id, at: usize, child: NodeOrText<Rc<Element>>) {
        let mut document = self.document.borrow_mut();
        let depth = document.nodes[parent].depth + 1;
        let id = match child {
            NodeOrText::AppendNode(element) => {
                document.nodes[element.id].parent = Some(parent);
                document.nodes[element.id].depth = depth;
                self.depth.set(depth);
                element.id
            }
            NodeOrText::AppendText(text) => {
                let last = at.checked_sub(1).map(|last| document.nodes[parent].children[last]);
                if let Some(last) = last
                    && let Kind::Text(before) = &mut document.nodes[last].kind
                {
                    before.push_str(&text);
                    return;
                }
                let id = document.nodes.len();
                let kind = Kind::Text(text.to_string());
                document.nodes.push(Node { parent: Some(parent), children: Vec::new(), kind, depth });
                id
            }
        };
        document.nodes[parent].children.insert(at, id);
    }

    fn index_in_parent(&self, id: Id) -> Option<(Id, usize)> {
        let document = self.document.borrow();
        let parent = document.nodes[id].parent?;
        let at = document.nodes[parent].children.iter().rposition(|one| *one == id)?;
        Some((parent, at))
    }
}

impl TreeSink for Sink {
    type Handle = Rc<Element>;
    type Output = Document;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Document {
        self.document.into_inner()
    }

    fn parse_error(&self, _: std::borrow::Cow<'static, str>) {}

    fn get_document(&self) -> Rc<Element> {
        Rc::new(Element {
            id: DOCUMENT,
            name: QualName::new(None, ns!(), LocalName::from("")),
            attributes: Vec::new(),
            is_integration_point: false,
            is_unclosed: Cell::new(false),
        })
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Element>) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Rc<Element> {
        self.new_element(name, attributes, flags.mathml_annotation_xml_integration_point)
    }

    fn create_comment(&self, _: StrTendril) -> Rc<Element> {
        self.new_hidden_node()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Rc<Element> {
        self.new_hidden_node()
    }

    fn append(&self, parent: &Rc<Element>, child: NodeOrText<Rc<Element>>) {
        let end = self.document.borrow().nodes[parent.id].children.len();
        self.insert(parent.id, end, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Rc<Element>,
        previous: &Rc<Element>,
        child: NodeOrText<Rc<Element>>,
    ) {
        let has_parent = self.document.borrow().nodes[element.id].parent.is_some();
        if has_parent { self.append_before_sibling(element, child) } else { self.append(previous, child) }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &Rc<Element>) {
        node.is_unclosed.set(self.is_over.get());
        self.depth.set(self.document.borrow().nodes[node.id].depth.saturating_sub(1));
    }

    // The content of a template is not shown until a script inserts it.
    fn get_template_contents(&self, _: &Rc<Element>) -> Rc<Element> {
        self.new_hidden_node()
    }

    fn same_node(&self, one: &Rc<Element>, other: &Rc<Element>) -> bool {
        one.id == other.id
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Rc<Element>, child: NodeOrText<Rc<Element>>) {
        let child = match child {
            NodeOrText::AppendNode(element) => {
                self.remove_from_parent(&element);
                NodeOrText::AppendNode(element)
            }
            // Text moved out of a table is separated from the text around it.
            NodeOrText::AppendText(text) => NodeOrText::AppendText(format!(" {text} ").into()),
        };
        if let Some((parent, at)) = self.index_in_parent(sibling.id) {
            self.insert(parent, at, child);
        }
    }

    // Called only for `html` and `body`, which are not read.
    fn add_attrs_if_missing(&self, _: &Rc<Element>, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Rc<Element>) {
        if let Some((parent, at)) = self.index_in_parent(target.id) {
            let mut document = self.document.borrow_mut();
            document.nodes[parent].children.remove(at);
            document.nodes[target.id].parent = None;
        }
    }

    fn reparent_children(&self, node: &Rc<Element>, parent: &Rc<Element>) {
        let mut document = self.document.borrow_mut();
        let children = std::mem::take(&mut document.nodes[node.id].children);
        for child in &children {
            document.nodes[*child].parent = Some(parent.id);
        }
        document.nodes[parent.id].children.extend(children);
    }

    fn is_mathml_annotation_xml_integration_point(&self, element: &Rc<Element>) -> bool {
        element.is_integration_point
    }

    fn allow_declarative_shadow_roots(&self, _: &Rc<Element>) -> bool {
        false
    }
}
