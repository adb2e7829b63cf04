//! What is known of elements by their names.

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

/// Read like any other; here so that they are known as tags.
const UNUSUAL: &str = "applet basefont bgsound blink command content element fencedframe image isindex keygen layer menuitem \
    model nextid plaintext portal selectedcontent shadow slot spacer";

fn is_in(names: &str, name: &str) -> bool {
    names.split(' ').any(|one| one == name)
}

/// Is it read to its own end tag, whatever stands in between?
pub fn swallows(name: &str) -> bool {
    is_in(SWALLOWING, name)
}

/// Has it no contents and no end tag?
pub fn is_void(name: &str) -> bool {
    is_in(VOID, name)
}

/// May its end tag be left out?
pub fn ends_by_itself(name: &str) -> bool {
    is_in(SELF_ENDING, name)
}

/// Does it stand on lines of its own in a browser?
pub fn is_block(name: &str) -> bool {
    is_heading(name) || is_preformatted(name) || is_in(BLOCK, name)
}

pub fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Are its lines and spaces kept?
pub fn is_preformatted(name: &str) -> bool {
    matches!(name, "pre" | "listing" | "xmp")
}

/// Does it stand in a line, apart from what is beside it?
pub fn is_apart(name: &str) -> bool {
    is_in(APART, name)
}

/// A list of things?
pub fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "menu" | "dir" | "select")
}

/// Is there such an element? Of what people write into texts, so that what only looks like a tag
/// can be told from one.
pub fn is_known(name: &str) -> bool {
    is_block(name) || is_void(name) || is_list(name) || is_apart(name) || swallows(name) || is_in(OTHER, name)
}

/// Is there, or was there, such an element, though nobody writes it into texts?
pub fn is_unusual(name: &str) -> bool {
    is_in(UNUSUAL, name)
}
