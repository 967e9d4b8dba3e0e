use super::*;
use crate::held::Held;
use crate::testing::Scratch;

const DUCK: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 120 120\" fill=\"none\" \
    stroke=\"currentColor\" stroke-width=\"4\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\
    <title>A duck</title><path d=\"M0 0\"/></svg>";

const TOML: &str = r#"
[[beast]]
id = "duck"
name = "Duck"
also = ["`QUACK`"]
is = "It swims, unlike a [goose](beast:goose)."
rust = "`Duck`"
python = "`duck`"
shop = "a duck"
eats = "Bread."
bites = "Not at all."
ends = "It is a duck."
habitat = { chapter = 1, file = "src/lib.rs", item = "duck" }
example = "pond"
read = ["[ducks](https://ducks.example/)"]

[[shadow]]
id = "goose"
name = "Goose"
chapter = 9
is = "*Not* a [duck](beast:duck)."
"#;

const README: &str = "# One\n\n## A `pond`\n\nHere is a [du\nck](beast:duck), no [goose](beast:goose).\n\n\
    ```text\n[x](beast:x)\n```\n`[x](beast:x)`\n";

/// A workspace with one beast, one shadow, and this text of the first chapter.
fn scratch(toml: &str, readme: &str) -> Scratch {
    let first = [
        ("src/lib.rs", "//! Head.\n\n/// Swims.\npub fn duck() {}\n"),
        ("examples/pond.rs", "fn main() {}\n"),
        ("README.md", readme),
    ];
    let again = [("README.md", "# Two\n\nThe [duck](beast:duck) again.\n")];
    let scratch = Scratch::two(&first, &again);
    scratch.file("book/beasts.toml", toml);
    scratch.file("book/beasts/duck.svg", DUCK);
    scratch.file("book/beasts/unmet.svg", DUCK);
    scratch
}

fn problems(toml: &str, readme: &str) -> Vec<String> {
    let scratch = scratch(toml, readme);
    let (_, problems) = Beasts::read(&scratch.workspace());
    problems.iter().map(ToString::to_string).collect()
}

/// The only problem of the file with something in it replaced.
#[track_caller]
fn problem(old: &str, new: &str) -> String {
    assert!(TOML.contains(old), "{old}");
    let found = problems(&TOML.replace(old, new), README);
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

#[test]
fn a_beast_is_met_where_a_chapter_first_links_to_it() {
    let scratch = scratch(TOML, README);
    let (beasts, problems) = Beasts::read(&scratch.workspace());
    assert!(problems.is_empty(), "{problems:?}");
    let duck = &beasts.met[0];
    assert_eq!((duck.id(), duck.line), ("duck", 3));
    let heading = Some("A `pond`".to_owned());
    let first = Place { chapter: 1, heading, line: 5 };
    let again = Place { chapter: 2, heading: None, line: 3 };
    assert_eq!(duck.mentions, [first, again]);
    assert_eq!(beasts.shadows[0].id(), "goose");
}

#[test]
fn a_book_without_a_bestiary_has_no_beasts_and_no_problem() {
    let scratch = Scratch::two(&[], &[]);
    let (beasts, problems) = Beasts::read(&scratch.workspace());
    assert!(beasts.met.is_empty() && problems.is_empty());
}

#[test]
fn each_thing_wrong_with_a_card_is_told_with_its_line() {
    let at = "book/beasts.toml:3: the beast `duck`: ";
    let habitat = "item = \"duck\"";
    assert_eq!(
        problem(habitat, "item = \"duk\""),
        format!(
            "{at}its habitat chapters/ch01-one/src/lib.rs: no item `duk`; did you mean `duck`?"
        )
    );
    assert!(problem("src/lib.rs", "src/lob.rs").contains("src/lob.rs: cannot be read"));
    assert!(problem("src/lib.rs", "README.md").contains("name a file of src/"));
    assert!(
        problem("chapter = 1", "chapter = 7")
            .starts_with(&format!("{at}no chapter is called `7`"))
    );
    assert_eq!(problem("Not at all.", " "), format!("{at}`bites` is empty"));
    assert!(
        problem("\"pond\"", "\"pondd\"")
            .ends_with("an example `pondd`; did you mean `pond`?")
    );
    assert!(
        problem("[\"[ducks](https://ducks.example/)\"]", "[]")
            .contains("`read` is empty")
    );
    assert!(problem("(beast:goose)", "(beast:gose)").ends_with(
        "`is`: there is no beast `gose`; did you mean `goose`? (book/beasts.toml has them)"
    ));
    assert_eq!(
        problem(
            "[[shadow]]",
            "[[shadow]]\nid = \"duck\"\nname = \"D\"\nchapter = 3\nis = \"D.\"\n\n[[shadow]]"
        ),
        "book/beasts.toml:18: the beast `duck`: there are two of this id"
    );
    assert!(problem("eats =", "eat =").contains("unknown field `eat`"));
    assert!(problem("shop = \"a duck\"\n", "").contains("missing field `shop`"));
}

#[test]
fn a_beast_that_no_chapter_introduces_is_a_problem_and_so_is_a_second_link() {
    let none = problems(TOML, "# One\n");
    // The second chapter still has it.
    assert!(none.is_empty(), "{none:?}");
    let lonely = TOML
        .replace("\"duck\"\nname", "\"drake\"\nname")
        .replace("beast:duck", "beast:drake");
    let found = problems(&lonely, "# One\n");
    assert!(
        found.iter().any(|p| p.contains("the beast `drake`: no chapter introduces it; link to it where it is first met: [duck](beast:drake)")),
        "{found:#?}"
    );
    let twice = problems(TOML, "# One\n\n[duck](beast:duck)\n\n[ducks](beast:duck)\n");
    assert_eq!(
        twice,
        [
            "chapters/ch01-one/README.md:5: [ducks](beast:duck): line 3 links to this beast already, and once a chapter is enough"
        ]
    );
}

#[test]
fn a_drawing_that_is_missing_or_nobodys_is_a_problem() {
    let scratch = scratch(TOML, README);
    fs::remove_file(scratch.path().join("book/beasts/duck.svg")).unwrap();
    scratch.file("book/beasts/swan.svg", DUCK);
    scratch.file("book/beasts/unmet.svg", "<svg/>");
    let (_, problems) = Beasts::read(&scratch.workspace());
    let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().any(|p| p.starts_with(
        "book/beasts.toml:3: the beast `duck`: book/beasts/duck.svg cannot be read"
    )));
    assert!(found.iter().any(|p| p.starts_with("book/beasts/swan.svg: book/beasts.toml has no beast")));
    assert!(found.iter().any(|p| p.starts_with("book/beasts/unmet.svg: viewBox")));
}

#[test]
fn links_become_html_and_keep_their_lines() {
    let scratch = scratch(TOML, README);
    let (beasts, _) = Beasts::read(&scratch.workspace());
    let mut problems = Vec::new();
    let (text, linked) =
        beasts.link(README, "chapters/ch01-one/README.md", &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(
        text.contains("Here is a <a class=\"beast-link\" data-beast=\"duck\" href=\"../bestiary.md#duck\">du\nck</a>, no"),
        "{text}"
    );
    assert!(text.contains("```text\n[x](beast:x)\n```\n`[x](beast:x)`"), "{text}");
    assert_eq!(text.lines().count(), README.lines().count());
    assert_eq!(linked.into_iter().collect::<Vec<_>>(), ["duck", "goose"]);
    let (text, _) = beasts.link("a [b](beast:duck)", PAGE, &mut problems);
    assert!(text.ends_with("href=\"#duck\">b</a>"), "{text}");
    let (text, _) = beasts.link("a [b](beast:duck)", "chapters/front.md", &mut problems);
    assert!(text.ends_with("href=\"bestiary.md#duck\">b</a>"), "{text}");
}

#[test]
fn a_link_to_nowhere_is_told_with_file_line_and_near_names() {
    let scratch = scratch(TOML, README);
    let (beasts, _) = Beasts::read(&scratch.workspace());
    let mut problems = Vec::new();
    let source = "a\n[b](beast:dcuk)\n[c](beast:quack)\n[d][e]\n\n[e]: beast:duck\n";
    let (text, _) = beasts.link(source, "x.md", &mut problems);
    let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "x.md:2: [b](beast:dcuk): there is no beast `dcuk`; did you mean `duck`? (book/beasts.toml has them)",
            "x.md:3: [c](beast:quack): there is no beast `quack`; did you mean `duck`? (book/beasts.toml has them)",
            "x.md:4: a link to a beast is written [words](beast:id)",
        ]
    );
    assert!(text.starts_with("a\nb\nc\n"), "{text}");
}

#[test]
fn the_page_has_an_index_a_card_and_a_shadow() {
    let scratch = scratch(TOML, README);
    let (beasts, _) = Beasts::read(&scratch.workspace());
    let mut held = Held::default();
    let html = beasts.page(&mut held).unwrap();
    let order = [
        "<li class=\"is-name\"><a href=\"#duck\">Duck</a></li>",
        "<li class=\"is-shadow\"><a href=\"#goose\">Goose</a></li>",
        "<li class=\"is-also\"><a href=\"#duck\"><code>QUACK</code></a></li>",
        "<h2 id=\"met-in-chapter-1\">",
        "<h3 id=\"duck\">",
        "unlike a <a class=\"beast-link\" data-beast=\"goose\" href=\"#goose\">goose</a>.",
        "in <code>src/lib.rs</code>, chapter 1",
        "<a href=\"ch01-one/index.md#a-pond\">A <code>pond</code></a>, chapter 1",
        "<a href=\"ch02-two/index.md\">Two</a>, chapter 2",
        "<code>cargo bestiary run 1 pond</code>",
        "<a href=\"https://ducks.example/\">ducks</a>",
        "<h2 id=\"not-met-yet\">",
        "<h3 id=\"goose\">",
        "<em>Not</em> a <a",
        "chapter 9",
    ];
    let mut rest = &*html;
    for part in order {
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("{part} is not in, or too early:\n{html}"));
        rest = &rest[at + part.len()..];
    }
    assert!(Beasts::default().page(&mut held).is_err());
}

#[test]
fn a_chapter_may_show_a_short_card_and_previews_have_no_links() {
    let scratch = scratch(TOML, README);
    let (beasts, _) = Beasts::read(&scratch.workspace());
    let short = beasts.short("duck", "chapters/ch01-one/README.md").unwrap();
    assert!(short.contains("href=\"../bestiary.md#duck\">Duck</a>"), "{short}");
    assert!(short.contains("<dt>Bites</dt><dd>Not at all.</dd>"), "{short}");
    assert!(beasts.short("goose", "chapters/x.md").unwrap().contains("Chapter 9."));
    assert!(beasts.short("swan", "chapters/x.md").is_err());
    let ids = ["duck".to_owned(), "goose".to_owned()].into();
    let previews = beasts.previews(&ids);
    assert!(
        previews.contains("<template data-beast=\"duck\">")
            && previews.contains("chapter 9")
    );
    assert!(!previews.contains("<a "), "{previews}");
}

#[test]
fn an_unknown_beast_fails_the_build_and_a_known_one_leads_to_its_card() {
    let readme = README.replace("[x](beast:x)\n```", "```");
    let scratch = scratch(TOML, &readme);
    let summary = "# Summary\n\n[Front](front.md)\n\n- [One](ch01-one/README.md)\n- [Two](ch02-two/README.md)\n\n[All](bestiary.md)\n";
    scratch.file("chapters/SUMMARY.md", summary);
    scratch.file("chapters/front.md", "# Front\n\nA [duck](beast:duck).\n");
    scratch.file("chapters/bestiary.md", "# All\n\n{{#bestiary}}\n");
    let out = scratch.path().join("target/book");
    crate::build::build(&scratch.workspace(), &out).unwrap();
    let page = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    let one = page("ch01-one/index.html");
    assert!(one.contains("href=\"../bestiary.html#duck\""), "{one}");
    assert!(one.contains("<template data-beast=\"duck\">"), "{one}");
    assert!(page("index.html").contains("href=\"bestiary.html#duck\""));
    assert!(
        page("bestiary.html").contains("<a href=\"ch01-one/code.html#src-lib-rs-L3\">")
    );
    assert!(!page("print.html").contains("<template data-beast"));
    let problems = crate::links::check(&out).unwrap();
    assert!(problems.is_empty(), "{problems:#?}");

    scratch.file(
        "chapters/ch01-one/README.md",
        &readme.replace("(beast:goose)", "(beast:geese)"),
    );
    let error = crate::build::build(&scratch.workspace(), &out).unwrap_err().to_string();
    assert!(
        error.contains("chapters/ch01-one/README.md:6: [goose](beast:geese): there is no beast `geese`; did you mean `goose`?"),
        "{error}"
    );
}
