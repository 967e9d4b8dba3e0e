//! Walks a parsed file and notes every item with its lines.

use super::{Item, Items, canonical};
use anyhow::{Result, anyhow};
use proc_macro2::Span;
use syn::{
    Attribute, Fields, ForeignItem, ImplItem, ItemImpl, Signature, Stmt, TraitItem,
    Variant, Visibility,
};

/// The items of a file.
pub(super) fn items(source: &str) -> Result<Items> {
    let file = syn::parse_file(source)
        .map_err(|e| anyhow!("line {}: {e}", e.span().start().line))?;
    let mut walk = Walk {
        source,
        lines: source.lines().collect(),
        path: Vec::new(),
        cfg: Vec::new(),
        items: Items::default(),
    };
    let last = file.attrs.iter().map(|a| a.bracket_token.span.close().end().line).max();
    walk.items.head = last.map(|last| 1..=last);
    walk.all(&file.items);
    let items = walk.items;
    // The parser keeps a copy of every text it read on this thread until told otherwise.
    drop(file);
    proc_macro2::extra::invalidate_current_thread_spans();
    Ok(items)
}

struct Walk<'a> {
    source: &'a str,
    lines: Vec<&'a str>,
    /// The modules, functions and types around the place.
    path: Vec<String>,
    /// The `cfg` attributes of those.
    cfg: Vec<String>,
    items: Items,
}

/// What is noted about one item.
struct Found<'a> {
    kind: &'static str,
    name: String,
    aliases: Vec<String>,
    attrs: &'a [Attribute],
    first: Span,
    last: Span,
}

impl<'a> Found<'a> {
    fn new(
        kind: &'static str,
        name: impl ToString,
        attrs: &'a [Attribute],
        first: Span,
        last: Span,
    ) -> Found<'a> {
        let (name, aliases) = (name.to_string(), Vec::new());
        Found { kind, name, aliases, attrs, first, last }
    }
}

impl Walk<'_> {
    fn all(&mut self, items: &[syn::Item]) {
        for item in items {
            self.item(item);
        }
    }

    fn item(&mut self, item: &syn::Item) {
        use syn::Item;
        match item {
            Item::Const(i) => {
                let first = vis(&i.vis).unwrap_or(i.const_token.span);
                self.note(Found::new(
                    "const",
                    &i.ident,
                    &i.attrs,
                    first,
                    i.semi_token.span,
                ));
            }
            Item::Static(i) => {
                let first = vis(&i.vis).unwrap_or(i.static_token.span);
                self.note(Found::new(
                    "static",
                    &i.ident,
                    &i.attrs,
                    first,
                    i.semi_token.span,
                ));
            }
            Item::Type(i) => {
                let first = vis(&i.vis).unwrap_or(i.type_token.span);
                self.note(Found::new(
                    "type",
                    &i.ident,
                    &i.attrs,
                    first,
                    i.semi_token.span,
                ));
            }
            Item::Use(i) => {
                let first = vis(&i.vis).unwrap_or(i.use_token.span);
                self.note(Found::new("use", "use", &i.attrs, first, i.semi_token.span));
            }
            Item::ExternCrate(i) => {
                let first = vis(&i.vis).unwrap_or(i.extern_token.span);
                self.note(Found::new(
                    "extern crate",
                    &i.ident,
                    &i.attrs,
                    first,
                    i.semi_token.span,
                ));
            }
            Item::Macro(i) => {
                let name = i.ident.as_ref().map(ToString::to_string);
                let name = name.or_else(|| static_of(&i.mac)).unwrap_or_default();
                let first = i.mac.path.segments[0].ident.span();
                let close = delimiter(&i.mac.delimiter);
                let last = i.semi_token.as_ref().map_or(close, |s| s.span);
                self.note(Found::new("macro_rules!", name, &i.attrs, first, last));
            }
            Item::Struct(i) => {
                let first = vis(&i.vis).unwrap_or(i.struct_token.span);
                let last = match (&i.semi_token, &i.fields) {
                    (Some(semi), _) => semi.span,
                    (None, fields) => fields_end(fields).unwrap_or(i.ident.span()),
                };
                self.note(Found::new("struct", &i.ident, &i.attrs, first, last));
            }
            Item::Union(i) => {
                let first = vis(&i.vis).unwrap_or(i.union_token.span);
                let last = i.fields.brace_token.span.close();
                self.note(Found::new("union", &i.ident, &i.attrs, first, last));
            }
            Item::Enum(i) => {
                let first = vis(&i.vis).unwrap_or(i.enum_token.span);
                let last = i.brace_token.span.close();
                self.note(Found::new("enum", &i.ident, &i.attrs, first, last));
                self.inside(i.ident.to_string(), &i.attrs, |walk| {
                    i.variants.iter().for_each(|v| walk.variant(v));
                });
            }
            Item::Fn(i) => {
                let first = vis(&i.vis).unwrap_or_else(|| signature(&i.sig));
                let last = i.block.brace_token.span.close();
                self.note(Found::new("fn", &i.sig.ident, &i.attrs, first, last));
                self.inside(i.sig.ident.to_string(), &i.attrs, |walk| {
                    for statement in &i.block.stmts {
                        if let Stmt::Item(item) = statement {
                            walk.item(item);
                        }
                    }
                });
            }
            Item::Mod(i) => {
                let keyword = i.unsafety.as_ref().map_or(i.mod_token.span, |u| u.span);
                let first = vis(&i.vis).unwrap_or(keyword);
                let last = match (&i.content, &i.semi) {
                    (Some((brace, _)), _) => brace.span.close(),
                    (None, semi) => semi.as_ref().map_or(i.ident.span(), |s| s.span),
                };
                self.note(Found::new("mod", &i.ident, &i.attrs, first, last));
                if let Some((_, items)) = &i.content {
                    self.inside(i.ident.to_string(), &i.attrs, |walk| walk.all(items));
                }
            }
            Item::Trait(i) => {
                let keyword = i.unsafety.as_ref().map_or(i.trait_token.span, |u| u.span);
                let first = vis(&i.vis).unwrap_or(keyword);
                let last = i.brace_token.span.close();
                self.note(Found::new("trait", &i.ident, &i.attrs, first, last));
                self.inside(i.ident.to_string(), &i.attrs, |walk| {
                    i.items.iter().for_each(|item| walk.trait_item(item));
                });
            }
            Item::Impl(i) => self.implementation(i),
            Item::ForeignMod(i) => {
                let first =
                    i.unsafety.as_ref().map_or(i.abi.extern_token.span, |u| u.span);
                let last = i.brace_token.span.close();
                self.note(Found::new("extern", "extern", &i.attrs, first, last));
                self.within(&i.attrs, |walk| {
                    i.items.iter().for_each(|item| walk.foreign(item))
                });
            }
            _ => {}
        }
    }

    fn variant(&mut self, v: &Variant) {
        let last = match (&v.discriminant, fields_end(&v.fields)) {
            (Some((eq, _)), _) => eq.span,
            (None, end) => end.unwrap_or(v.ident.span()),
        };
        self.note(Found::new("variant", &v.ident, &v.attrs, v.ident.span(), last));
    }

    fn trait_item(&mut self, item: &TraitItem) {
        match item {
            TraitItem::Fn(i) => {
                let last = match (&i.default, &i.semi_token) {
                    (Some(block), _) => block.brace_token.span.close(),
                    (None, semi) => semi.as_ref().map_or(i.sig.ident.span(), |s| s.span),
                };
                self.note(Found::new(
                    "fn",
                    &i.sig.ident,
                    &i.attrs,
                    signature(&i.sig),
                    last,
                ));
            }
            TraitItem::Const(i) => {
                self.note(Found::new(
                    "const",
                    &i.ident,
                    &i.attrs,
                    i.const_token.span,
                    i.semi_token.span,
                ));
            }
            TraitItem::Type(i) => {
                self.note(Found::new(
                    "type",
                    &i.ident,
                    &i.attrs,
                    i.type_token.span,
                    i.semi_token.span,
                ));
            }
            _ => {}
        }
    }

    fn foreign(&mut self, item: &ForeignItem) {
        match item {
            ForeignItem::Fn(i) => {
                let first = vis(&i.vis).unwrap_or_else(|| signature(&i.sig));
                self.note(Found::new(
                    "fn",
                    &i.sig.ident,
                    &i.attrs,
                    first,
                    i.semi_token.span,
                ));
            }
            ForeignItem::Static(i) => {
                let first = vis(&i.vis).unwrap_or(i.static_token.span);
                self.note(Found::new(
                    "static",
                    &i.ident,
                    &i.attrs,
                    first,
                    i.semi_token.span,
                ));
            }
            ForeignItem::Type(i) => {
                let first = vis(&i.vis).unwrap_or(i.type_token.span);
                self.note(Found::new(
                    "type",
                    &i.ident,
                    &i.attrs,
                    first,
                    i.semi_token.span,
                ));
            }
            _ => {}
        }
    }

    fn implementation(&mut self, i: &ItemImpl) {
        let header = self.impl_header(i);
        let first = i.unsafety.as_ref().map_or(i.impl_token.span, |u| u.span);
        let mut found = Found::new(
            "impl",
            &header.short,
            &i.attrs,
            first,
            i.brace_token.span.close(),
        );
        found.aliases = header.aliases;
        self.note(found);
        self.within(&i.attrs, |walk| {
            for item in &i.items {
                walk.impl_item(item, &header.of, header.in_trait.as_deref());
            }
        });
    }

    fn impl_item(&mut self, item: &ImplItem, of: &str, in_trait: Option<&str>) {
        let (kind, ident, attrs, first, last) = match item {
            ImplItem::Fn(i) => {
                let first = vis(&i.vis).unwrap_or_else(|| signature(&i.sig));
                ("fn", &i.sig.ident, &i.attrs, first, i.block.brace_token.span.close())
            }
            ImplItem::Const(i) => {
                let first = vis(&i.vis).unwrap_or(i.const_token.span);
                ("const", &i.ident, &i.attrs, first, i.semi_token.span)
            }
            ImplItem::Type(i) => {
                let first = vis(&i.vis).unwrap_or(i.type_token.span);
                ("type", &i.ident, &i.attrs, first, i.semi_token.span)
            }
            _ => return,
        };
        let plain = format!("{of}::{ident}");
        let found = match in_trait {
            None => Found::new(kind, plain, attrs, first, last),
            Some(in_trait) => Found {
                aliases: vec![plain, format!("impl {in_trait} for {of}::{ident}")],
                ..Found::new(
                    kind,
                    format!("<{of} as {in_trait}>::{ident}"),
                    attrs,
                    first,
                    last,
                )
            },
        };
        self.note(found);
    }

    /// Adds an item under the path of what it stands in.
    fn note(&mut self, found: Found<'_>) {
        let prefix: String = self.path.iter().map(|p| format!("{p}::")).collect();
        let begins = found.first.start().line;
        let attribute = found.attrs.iter().map(|a| a.pound_token.span.start().line).min();
        let mut first = begins.min(attribute.unwrap_or(begins));
        // Plain comments right above an item belong to it.
        let comment = |line: &str| {
            line.trim_start().starts_with("//") && !line.trim_start().starts_with("//!")
        };
        while first > 1 && comment(self.lines[first - 2]) {
            first -= 1;
        }
        let mut cfg = self.cfg.clone();
        cfg.extend(self.cfgs(found.attrs));
        let aliases = found.aliases.iter().map(|a| canonical(&format!("{prefix}{a}")));
        self.items.all.push(Item {
            name: format!("{prefix}{}", found.name),
            kind: found.kind,
            lines: first..=found.last.end().line,
            begins,
            cfg,
            aliases: aliases.collect(),
        });
    }

    /// Walks what stands in the item `name`.
    fn inside(
        &mut self,
        name: String,
        attrs: &[Attribute],
        walk: impl FnOnce(&mut Self),
    ) {
        self.path.push(name);
        self.within(attrs, walk);
        self.path.pop();
    }

    /// Walks what stands under the same `cfg` attributes.
    fn within(&mut self, attrs: &[Attribute], walk: impl FnOnce(&mut Self)) {
        let outer = self.cfg.len();
        self.cfg.extend(self.cfgs(attrs));
        walk(self);
        self.cfg.truncate(outer);
    }

    fn cfgs(&self, attrs: &[Attribute]) -> Vec<String> {
        let cfgs = attrs.iter().filter(|a| a.path().is_ident("cfg"));
        cfgs.map(|a| {
            canonical(self.text(
                a.bracket_token.span.open().byte_range().end,
                a.bracket_token.span.close(),
            ))
        })
        .collect()
    }

    /// The source from a byte to where `end` begins.
    fn text(&self, start: usize, end: Span) -> &str {
        self.source.get(start..end.byte_range().start).unwrap_or("")
    }

    fn impl_header(&self, i: &ItemImpl) -> Header {
        let end = match &i.generics.where_clause {
            Some(clause) => clause.where_token.span,
            None => i.brace_token.span.open(),
        };
        let full = canonical(self.text(i.impl_token.span.byte_range().start, end));
        let after_generics = match &i.generics.gt_token {
            Some(gt) => gt.span.byte_range().end,
            None => i.impl_token.span.byte_range().end,
        };
        let bare = canonical(&format!("impl {}", self.text(after_generics, end)));
        let local = without_paths(&bare);
        let short = without_generics(&local);
        let names = short.strip_prefix("impl").unwrap_or(&short).trim_start();
        let (in_trait, of) =
            match names.split_once(" for").filter(|(_, of)| !of.starts_with(is_word)) {
                Some((in_trait, of)) => {
                    (Some(in_trait.to_owned()), of.trim_start().to_owned())
                }
                None => (None, names.to_owned()),
            };
        let aliases = vec![full, bare, local, short.clone()];
        let short = short.replace("for&", "for &").replace("impl&", "impl &");
        Header { short, of, in_trait, aliases }
    }
}

/// `impl<T> std::io::Read for Pipe<T>`, taken apart.
struct Header {
    /// `impl Read for Pipe`
    short: String,
    /// `Pipe`
    of: String,
    /// `Read`
    in_trait: Option<String>,
    /// The longer forms of the name.
    aliases: Vec<String>,
}

/// `impl io::Read for a::B<c::D>` → `impl Read for B<D>`
fn without_paths(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("::") {
        out.push_str(rest[..at].trim_end_matches(is_word));
        rest = &rest[at + 2..];
    }
    out + rest
}

/// `impl Future for Handle<T>` → `impl Future for Handle`
fn without_generics(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '<' => depth += 1,
            '>' if depth > 0 => {
                depth -= 1;
                // `Future<T>for` lost its space together with the others.
                out.push_str(if depth == 0 { " " } else { "" });
            }
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    canonical(&out)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn vis(vis: &Visibility) -> Option<Span> {
    match vis {
        Visibility::Public(public) => Some(public.span),
        Visibility::Restricted(restricted) => Some(restricted.pub_token.span),
        Visibility::Inherited => None,
    }
}

/// Where a function's signature begins.
fn signature(sig: &Signature) -> Span {
    let constness = sig.constness.as_ref().map(|t| t.span);
    let asyncness = sig.asyncness.as_ref().map(|t| t.span);
    let unsafety = sig.unsafety.as_ref().map(|t| t.span);
    let abi = sig.abi.as_ref().map(|a| a.extern_token.span);
    constness.or(asyncness).or(unsafety).or(abi).unwrap_or(sig.fn_token.span)
}

fn fields_end(fields: &Fields) -> Option<Span> {
    match fields {
        Fields::Named(named) => Some(named.brace_token.span.close()),
        Fields::Unnamed(unnamed) => Some(unnamed.paren_token.span.close()),
        Fields::Unit => None,
    }
}

/// The name of the (first) `static` that a `thread_local!` declares.
fn static_of(mac: &syn::Macro) -> Option<String> {
    let mut tokens = mac.tokens.clone().into_iter().map(|token| token.to_string());
    tokens.find(|token| token == "static")?;
    tokens.next()
}

fn delimiter(delimiter: &syn::MacroDelimiter) -> Span {
    match delimiter {
        syn::MacroDelimiter::Paren(paren) => paren.span.close(),
        syn::MacroDelimiter::Brace(brace) => brace.span.close(),
        syn::MacroDelimiter::Bracket(bracket) => bracket.span.close(),
    }
}
