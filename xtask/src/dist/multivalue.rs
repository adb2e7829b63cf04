//! The compilation target of the smallest build: that of the other builds, but functions return
//! several values at once, not by way of memory. A slice, an `Option<u32>` or an `Rc<str>` is two
//! values, so nearly every file gets smaller.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    files::update,
    project::{Project, WASM_TARGET, read},
};

/// LLVM's name for this ABI. Every browser that runs the widget has multi-value returns; only
/// functions of WASM use them among one another.
const ABI: &str = "experimental-mv";

/// Writes the target's specification, made from the compiler's own, and says where it is.
pub fn target(project: &Project) -> Result<PathBuf> {
    let mut rustc = project.command("rustc");
    rustc.env("RUSTC_BOOTSTRAP", "1");
    let own = read(rustc.args(["-Zunstable-options", "--print", "target-spec-json", "--target", WASM_TARGET]))?;
    // Cargo names its folders after the file.
    let path = project.scratch()?.join(format!("{WASM_TARGET}.json"));
    update(&path, specification(&own)?.as_bytes())?;
    Ok(path)
}

fn specification(own: &str) -> Result<String> {
    let mut target: Value = serde_json::from_str(own).context("the compiler describes its target in another form")?;
    let fields = target.as_object_mut().context("the compiler's target is no object")?;
    fields.insert("llvm-abiname".to_owned(), ABI.into());
    Ok(format!("{target:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_the_compilers_own_with_another_abi() {
        let written = specification(r#"{"arch":"wasm32","only-cdylib":true}"#).expect("an object");
        let target: Value = serde_json::from_str(&written).expect("JSON");
        assert_eq!(target, serde_json::json!({"arch": "wasm32", "only-cdylib": true, "llvm-abiname": ABI}));
        specification("[]").expect_err("no object");
        specification("wasm32").expect_err("no JSON");
    }
}
