//! Which file of the book a path names; none outside of it, whatever the path.

use crate::links::decoded;
use std::path::{Component, Path, PathBuf};

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This file.
    File(PathBuf),
    /// A folder, without a slash at its end: its page's links need one. The path with it.
    Folder(String),
    /// Nothing that may be served.
    Nothing,
}

/// Finds the file for a request's path, percent signs and all.
pub(super) fn find(root: &Path, path: &str) -> Found {
    let path = decoded(path);
    if path.contains(['\0', '\\']) {
        return Found::Nothing;
    }
    let mut inside = PathBuf::new();
    for part in Path::new(&path).components() {
        match part {
            Component::Normal(part) => inside.push(part),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => return Found::Nothing,
        }
    }
    // Links on the disk are followed, and must lead to somewhere in the book.
    let (Ok(root), Ok(mut file)) =
        (root.canonicalize(), root.join(&inside).canonicalize())
    else {
        return Found::Nothing;
    };
    if file.starts_with(&root) && file.is_dir() {
        if !path.ends_with('/') {
            return Found::Folder(format!("/{}/", encoded(&inside)));
        }
        match file.join("index.html").canonicalize() {
            Ok(index) => file = index,
            Err(_) => return Found::Nothing,
        }
    }
    if file.starts_with(&root) && file.is_file() {
        Found::File(file)
    } else {
        Found::Nothing
    }
}

/// A path as it stands in a header: nothing but letters, digits and the harmless signs.
fn encoded(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                out.push(char::from(byte))
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The media type of a file, by its ending.
pub(super) fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    fn site() -> Scratch {
        let scratch = Scratch::new();
        scratch.file("book/index.html", "");
        scratch.file("book/a b/index.html", "");
        scratch.file("book/empty/x.css", "");
        scratch.file("secret.txt", "");
        scratch
    }

    #[test]
    fn files_and_folders_of_the_book_are_found() {
        let site = site();
        let root = site.path().join("book");
        assert_eq!(find(&root, "/"), Found::File(root.join("index.html")));
        assert_eq!(find(&root, "/a%20b/"), Found::File(root.join("a b/index.html")));
        assert_eq!(find(&root, "/./empty//x.css"), Found::File(root.join("empty/x.css")));
        assert_eq!(find(&root, "//a%20b"), Found::Folder("/a%20b/".to_owned()));
        assert_eq!(find(&root, "/empty/"), Found::Nothing);
        assert_eq!(find(&root, "/none"), Found::Nothing);
    }

    #[test]
    fn no_path_leads_out_of_the_book() {
        let site = site();
        let root = site.path().join("book");
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/%2E%2E%2Fsecret.txt",
            "/a%20b/../../secret.txt",
            "/..%5csecret.txt",
            "/%252e%252e/secret.txt",
            "/index.html%00.css",
            "/%ff",
            "/%",
        ] {
            assert_eq!(find(&root, path), Found::Nothing, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_that_leads_out_is_not_followed() {
        let site = site();
        let root = site.path().join("book");
        std::os::unix::fs::symlink(site.path(), root.join("out")).unwrap();
        std::os::unix::fs::symlink(site.path().join("secret.txt"), root.join("s.txt"))
            .unwrap();
        std::os::unix::fs::symlink(root.join("index.html"), root.join("in.html"))
            .unwrap();
        assert_eq!(find(&root, "/out/secret.txt"), Found::Nothing);
        assert_eq!(find(&root, "/out/"), Found::Nothing);
        assert_eq!(find(&root, "/s.txt"), Found::Nothing);
        assert_eq!(find(&root, "/in.html"), Found::File(root.join("index.html")));
    }
}
