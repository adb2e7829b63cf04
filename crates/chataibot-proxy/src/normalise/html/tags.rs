//! Classification of HTML elements by name.

const SWALLOWING: &str = "script style title textarea xmp iframe noembed noframes noscript template select datalist";
const VOID: &str = "area br embed frame hr image img input param source track wbr";
const SELF_ENDING: &str = "p li dt dd option optgroup tr td th tbody thead tfoot rt rp caption colgroup x-cell";
const BLOCK: &str = "address article aside blockquote center details dialog div dl dt fieldset figcaption figure footer \
    form header hgroup hr legend main nav p search section summary table caption tr tbody thead tfoot \
    body html frameset option optgroup multicol marquee";
const APART: &str = "td th x-cell button textarea meter progress input output rb";
const OTHER: &str = "a abbr acronym audio b bdi bdo big canvas cite code data dd del dfn em font i ins kbd label li map \
    mark math nobr object picture q ruby rp rt s samp small span strike strong sub sup svg time tt u var \
    video";

/// Elements without special handling, listed so that they are recognised as tags.
const UNUSUAL: &str = "applet basefont bgsound blink command content element fencedframe image isindex keygen layer menuitem \
    model nextid plaintext portal selectedcontent shadow slot spacer";

/// Whether the name is in a list of names with a space between them.
pub fn is_in(names: &str, name: &str) -> bool {
    names.split(' ').any(|one| one == name)
}

/// Whether the parser reads the element to its own end tag, whatever is in between.
pub fn swallows(name: &str) -> bool {
    is_in(SWALLOWING, name)
}

/// Whether the element has no content and no end tag.
pub fn is_void(name: &str) -> bool {
    is_in(VOID, name)
}

/// Whether its end tag may be omitted.
pub fn ends_by_itself(name: &str) -> bool {
    is_in(SELF_ENDING, name)
}

/// Whether a browser shows it as a block.
pub fn is_block(name: &str) -> bool {
    is_heading(name) || is_preformatted(name) || is_in(BLOCK, name)
}

pub fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Whether its line breaks and spaces are kept.
pub fn is_preformatted(name: &str) -> bool {
    matches!(name, "pre" | "listing" | "xmp")
}

/// Whether it is inline, but separated from its neighbours.
pub fn is_apart(name: &str) -> bool {
    is_in(APART, name)
}

pub fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "menu" | "dir" | "select")
}

/// Whether the element exists and occurs in text that people write; distinguishes tags from text
/// that looks like one.
pub fn is_known(name: &str) -> bool {
    is_block(name) || is_void(name) || is_list(name) || is_apart(name) || swallows(name) || is_in(OTHER, name)
}

/// Whether the element exists or existed, but does not occur in text that people write.
pub fn is_unusual(name: &str) -> bool {
    is_in(UNUSUAL, name)
}
