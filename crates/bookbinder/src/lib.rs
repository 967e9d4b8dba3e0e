//! Binds the chapters of the workspace into the book.
//!
//! Data flows one way. [`workspace`] finds the chapters. [`markdown`] reads a
//! chapter's text and [`directives`] turns its `{{#…}}` lines into HTML, with
//! the help of [`items`] (where is this item?), [`changes`] (what is new since
//! the chapter before?), [`highlight`] (what colour is it?) and [`listing`]
//! (how does it look?). [`beasts`] keeps the bestiary, to which the texts link.
//! [`build`] hands the result to mdBook and finishes the pages; [`serve`] does so
//! again whenever a file changes.
//!
//! Three checks stand beside that stream: [`strict`] fails a build on anything
//! mdBook merely warns about, [`links`] reads the finished pages, and
//! [`coverage`] says which changed lines a chapter's text does not show.

pub mod beasts;
pub mod breaks;
pub mod build;
pub mod changes;
mod code_page;
pub mod coverage;
pub mod directives;
pub mod exercises;
mod headings;
mod held;
pub mod highlight;
pub mod html;
pub mod items;
pub mod links;
pub mod listing;
pub mod markdown;
mod near;
mod pages;
pub mod patch;
pub mod problem;
pub mod rush;
pub mod serve;
pub mod strict;
pub mod trace;
pub mod why;
pub mod workspace;

#[cfg(test)]
mod testing;

pub use problem::{Problem, Problems};
pub use workspace::{Chapter, Workspace};
