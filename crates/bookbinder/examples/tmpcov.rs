//! tmp
fn main() {
    let ws = bookbinder::Workspace::at(std::path::Path::new(".")).unwrap();
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let chapters = ws.chapters();
    let new = chapters.iter().find(|c| c.number as usize == n).unwrap();
    let old = chapters.iter().find(|c| c.number as usize + 1 == n);
    match bookbinder::coverage::check(old, new) {
        Ok(u) => u.iter().for_each(|u| println!("{u}")),
        Err(e) => println!("ERR {e:#}"),
    }
    for r in bookbinder::coverage::repeated(old, new).unwrap_or_default() {
        println!("REPEATED {r:?}");
    }
}
