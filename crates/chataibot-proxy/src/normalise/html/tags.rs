//! Classification of HTML elements by name.

/// A list of names, with a space between them.
pub struct Names(pub &'static str);

impl Names {
    pub fn contains(&self, name: &str) -> bool {
        self.0.split(' ').any(|one| one == name)
    }
}

/// Read by the parser to their own end tag, whatever is in between.
pub const SWALLOWING: Names =
    Names("script style title textarea xmp iframe noembed noframes noscript template select datalist");
/// Without content and end tag.
pub const VOID: Names = Names("area br embed frame hr image img input param source track wbr");
/// Their end tag may be omitted.
pub const SELF_ENDING: Names =
    Names("p li dt dd option optgroup tr td th tbody thead tfoot rt rp caption colgroup x-cell");
pub const HEADINGS: Names = Names("h1 h2 h3 h4 h5 h6");
/// Their line breaks and spaces are kept.
pub const PREFORMATTED: Names = Names("pre listing xmp");
pub const LISTS: Names = Names("ul ol menu dir select");
/// Inline, but separated from their neighbours.
pub const APART: Names = Names("td th x-cell button textarea meter progress input output rb");
/// Without special handling, listed so that they are recognised as tags.
pub const UNUSUAL: Names = Names(
    "applet basefont bgsound blink command content element fencedframe image isindex keygen layer menuitem \
    model nextid plaintext portal selectedcontent shadow slot spacer",
);
const OTHER_BLOCKS: Names = Names(
    "address article aside blockquote center details dialog div dl dt fieldset figcaption figure footer \
    form header hgroup hr legend main nav p search section summary table caption tr tbody thead tfoot \
    body html frameset option optgroup multicol marquee",
);
const OTHER: Names = Names(
    "a abbr acronym audio b bdi bdo big canvas cite code data dd del dfn em font i ins kbd label li map \
    mark math nobr object picture q ruby rp rt s samp small span strike strong sub sup svg time tt u var \
    video",
);

/// Whether a browser shows the element as a block.
pub fn is_block(name: &str) -> bool {
    [HEADINGS, PREFORMATTED, OTHER_BLOCKS].iter().any(|names| names.contains(name))
}

/// Whether it is an element that occurs in what people write, or else text that looks like a tag.
pub fn is_known(name: &str) -> bool {
    is_block(name) || [VOID, LISTS, APART, SWALLOWING, OTHER].iter().any(|names| names.contains(name))
}
