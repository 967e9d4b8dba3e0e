//! Every line that a chapter changes is shown in that chapter's text.

use bookbinder::coverage;
use promises::workspace::workspace;

use crate::assert_none;

#[test]
fn every_changed_line_is_shown() {
    let workspace = workspace();
    let mut wrong = Vec::new();
    for chapter in workspace.chapters() {
        let missing = coverage::check(workspace.before(chapter), chapter)
            .expect("the chapter can be read");
        wrong.extend(missing.iter().map(|line| {
            format!(
                "chapters/{}/{}:{}: {}",
                chapter.package, line.file, line.line, line.text
            )
        }));
    }
    assert_none(&wrong, "these lines are in no listing of their chapter's README.md");
}
