//! Serves the book on loopback, and rebuilds it when a file changes.
//!
//! One thread watches the files and rebuilds; one accepts connections, and each connection
//! gets its own. A page listens for news of the build (`news`): it reloads after a new one,
//! and shows what is wrong after a failed one, while the old book stays.

mod files;
mod http;
mod news;
mod watch;

use crate::build::{self, Report};
use crate::{Workspace, problem::Problems};
use anyhow::{Context, Result};
use news::News;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::Duration;

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port to try first; when it is taken, the system picks another. With 0 it picks at once.
    pub port: u16,
    /// The folder to build into.
    pub out: PathBuf,
}

impl Options {
    /// Port 3000, and `target/book`.
    pub fn new(workspace: &Workspace) -> Options {
        Options { port: 3000, out: workspace.root().join("target/book") }
    }
}

/// What happens while the book is served.
#[derive(Debug)]
pub enum Event {
    /// A file changed, and the book was built again.
    Rebuilt(Report),
    /// A file changed, and the book cannot be built; the old one stays.
    Failed(anyhow::Error),
}

/// A book that is built and has an address, and waits for [`run`](Server::run).
#[derive(Debug)]
pub struct Server {
    workspace: Workspace,
    listener: TcpListener,
    address: SocketAddr,
    report: Report,
    seen: u64,
    site: Arc<Site>,
}

/// What all threads share.
#[derive(Debug)]
struct Site {
    out: PathBuf,
    /// Held for writing while one book takes the other's place.
    swap: RwLock<()>,
    news: News,
}

/// Builds the book, and binds a port on loopback. Nothing is answered before
/// [`run`](Server::run), but a browser that connects at once will wait.
///
/// # Errors
///
/// The book cannot be built (see [`build::build`]), or no port can be had.
pub fn serve(workspace: &Workspace, options: Options) -> Result<Server> {
    let listener = bind(options.port)?;
    let address = listener.local_addr()?;
    let seen = watch::stamp(&watched(workspace));
    let report = build::build(workspace, &options.out)?;
    let site =
        Site { out: report.out.clone(), swap: RwLock::new(()), news: News::default() };
    Ok(Server {
        workspace: workspace.clone(),
        listener,
        address,
        report,
        seen,
        site: Arc::new(site),
    })
}

fn bind(port: u16) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Err(e) if e.kind() == ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        }
        other => other,
    }
    .with_context(|| format!("no port can be had on 127.0.0.1 (port {port} was tried)"))
}

fn watched(workspace: &Workspace) -> [PathBuf; 2] {
    ["chapters", "book"].map(|dir| workspace.root().join(dir))
}

impl Server {
    /// Where the book is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a browser takes it.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What the first build gave.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Answers requests, and rebuilds when a file changes, until the process ends. `tell` is
    /// told of every rebuild.
    pub fn run(self, mut tell: impl FnMut(Event)) -> Result<()> {
        let (listener, site) = (self.listener, self.site.clone());
        thread::Builder::new()
            .name("http".to_owned())
            .spawn(move || http::accept(&listener, &site))
            .context("starting the server's thread")?;
        let watched = watched(&self.workspace);
        let mut seen = self.seen;
        loop {
            let now = watch::stamp(&watched);
            if now == seen {
                thread::sleep(Duration::from_millis(300));
                continue;
            }
            seen = now;
            tell(self.site.rebuild(&self.workspace));
        }
    }
}

impl Site {
    /// Builds the book again; only a book without problems takes the old one's place.
    fn rebuild(&self, workspace: &Workspace) -> Event {
        match self.try_rebuild(workspace) {
            Ok(report) => {
                self.news.rebuilt();
                Event::Rebuilt(report)
            }
            Err(error) => {
                self.news.failed(match error.downcast_ref::<Problems>() {
                    Some(problems) => problems.to_string(),
                    None => format!("{error:#}"),
                });
                Event::Failed(error)
            }
        }
    }

    fn try_rebuild(&self, workspace: &Workspace) -> Result<Report> {
        let next = build::beside(&self.out, "next")?;
        build::remove(&next)?;
        let report = build::build_into(workspace, &next)?;
        let _guard = self.swap.write().unwrap_or_else(|e| e.into_inner());
        build::swap(&next, &self.out)?;
        Ok(Report { out: self.out.clone(), ..report })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;

    fn scratch() -> Scratch {
        Scratch::two(&[("src/lib.rs", "fn a() {}\n")], &[])
    }

    /// A server that answers, in a thread that the test leaves behind.
    fn running(scratch: &Scratch) -> (SocketAddr, Arc<Site>, Workspace) {
        let workspace = scratch.workspace();
        let options = Options { port: 0, out: scratch.path().join("target/book") };
        let server = serve(&workspace, options).unwrap();
        let (address, site, listener) =
            (server.address, server.site.clone(), server.listener);
        let for_thread = site.clone();
        thread::spawn(move || http::accept(&listener, &for_thread));
        (address, site, workspace)
    }

    fn ask(address: SocketAddr, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(address: SocketAddr, path: &str) -> String {
        ask(address, format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
    }

    #[test]
    fn pages_are_served_on_loopback_with_the_script_that_listens_for_news() {
        let scratch = scratch();
        let (address, ..) = running(&scratch);
        assert!(address.ip().is_loopback());
        let page = get(address, "/ch01-one/");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
        assert!(page.contains("Content-Type: text/html; charset=utf-8\r\n"));
        assert!(page.contains("EventSource"));
        let head = ask(address, b"HEAD / HTTP/1.1\r\n\r\n");
        assert!(
            head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"),
            "{head}"
        );
        let missing = get(address, "/nothing.html");
        assert!(missing.starts_with("HTTP/1.1 404 Not Found\r\n"));
        assert!(get(address, "/ch01-one").contains("Location: /ch01-one/\r\n"));
    }

    #[test]
    fn bad_requests_are_answered_and_harm_nobody() {
        let scratch = scratch();
        let (address, ..) = running(&scratch);
        let idle = TcpStream::connect(address).unwrap();
        assert!(ask(address, b"\r\n\r\n").starts_with("HTTP/1.1 400 "));
        assert!(ask(address, b"\xff\xfe\r\n\r\n").starts_with("HTTP/1.1 400 "));
        assert!(ask(address, b"POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        assert!(ask(address, b"GET x HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 "));
        let mut long = b"GET / HTTP/1.1\r\nX: ".to_vec();
        long.resize(http::MOST_HEAD, b'x');
        assert!(ask(address, &long).starts_with("HTTP/1.1 431 "));
        assert!(get(address, "/").starts_with("HTTP/1.1 200 "));
        drop(idle);
    }

    #[test]
    fn a_taken_port_is_no_obstacle() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(bind(port).unwrap().local_addr().unwrap().port(), port);
    }

    #[test]
    fn a_rebuild_reloads_the_page_and_a_failed_one_keeps_the_old_book() {
        let scratch = scratch();
        let (address, site, workspace) = running(&scratch);
        let events = |build: u64| {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "GET {}?build={build} HTTP/1.1\r\n\r\n", news::PATH).unwrap();
            let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
            lines.by_ref().find(String::is_empty).unwrap();
            lines
        };
        let mut listening = events(0);

        scratch.file("chapters/ch01-one/README.md", "# One\n\n{{#item src/lib.rs b}}\n");
        assert!(matches!(site.rebuild(&workspace), Event::Failed(_)));
        let problem = listening.by_ref().find(|l| l.starts_with("data:")).unwrap();
        assert!(
            problem.contains("README.md:3: {{#item src/lib.rs b}}: no item `b`"),
            "{problem}"
        );
        assert!(get(address, "/ch01-one/").starts_with("HTTP/1.1 200 "));
        // One who comes later is told as well.
        assert!(events(0).any(|l| l.contains("no item `b`")));

        scratch.file("chapters/ch01-one/README.md", "# One\n\nFixed now.\n");
        assert!(matches!(site.rebuild(&workspace), Event::Rebuilt(_)));
        assert!(listening.any(|l| l == "event: reload"));
        assert!(get(address, "/ch01-one/").contains("Fixed now."));
        // A page of the book before learns at once that it is old.
        assert!(events(0).any(|l| l == "event: reload"));
    }
}
