//! Which shops of a chapter meet the customers of a rush, and what the last rush measured.

use crate::Chapter;
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// Where the book keeps the figure of the last recorded rush, seen from the workspace's root.
pub const FIGURE: &str = "book/rush/figure.html";

/// The id in that figure which each page replaces by one of its own.
pub const FIGURE_ID: &str = "rush-drawing";

/// What that figure calls its table, which each page makes its own.
pub const FIGURE_LABEL: &str = "What each shop cost, as a table";

/// A way to open a chapter's shop.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RushShop {
    /// What the tables call it.
    pub name: String,
    /// What it is told besides its address and how long cleaning takes.
    #[serde(default)]
    pub args: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    shop: Vec<RushShop>,
}

/// The ways to open a chapter's shop: those of its `rush.toml`, or else one, with its title.
///
/// # Errors
///
/// If there is a `rush.toml` that says something else.
pub fn shops(chapter: &Chapter) -> Result<Vec<RushShop>> {
    if !chapter.dir.join("rush.toml").is_file() {
        return Ok(vec![RushShop { name: chapter.title.clone(), args: Vec::new() }]);
    }
    let path = chapter.path("rush.toml");
    let file: File = toml::from_str(&chapter.read("rush.toml")?).with_context(|| {
        format!("{path} cannot be read; it needs a [[shop]] with name and args for each")
    })?;
    if file.shop.is_empty() {
        bail!("{path} has no shop; add a [[shop]] with a name, or remove the file");
    }
    Ok(file.shop)
}
