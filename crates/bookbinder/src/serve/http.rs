//! As much of HTTP/1.1 as a preview needs: `GET` and `HEAD`, one request a connection.

use super::{Site, files, news};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The most bytes that a request's line and headers may have together.
pub(super) const MOST_HEAD: usize = 16 * 1024;

/// How long a client may take to send them, and to take each piece of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most connections at once. One that comes when there are more is closed.
const MOST_CONNECTIONS: usize = 128;

/// Accepts connections, each on its own thread, until the process ends.
pub(super) fn accept(listener: &TcpListener, site: &Arc<Site>) {
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let Ok((stream, _)) = listener.accept() else {
            // Most likely there are no descriptors left; some will be closed soon.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        let Some(place) = Place::take(&open) else { continue };
        let site = site.clone();
        let answering = thread::Builder::new().name("http connection".to_owned());
        // Without a thread for it, the connection is closed, which is all that can be done.
        let _ = answering.spawn(move || {
            let _place = place;
            // A client that went away needs no answer.
            let _ = answer(stream, &site);
        });
    }
}

/// One of the connections that may be open at once.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(open: &Arc<AtomicUsize>) -> Option<Place> {
        let place = Place(open.clone());
        (open.fetch_add(1, Ordering::Relaxed) < MOST_CONNECTIONS).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a client wants.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    /// Only the headers of the answer?
    head_only: bool,
    path: String,
    query: String,
}

/// Why a request is not answered with a page.
type Refusal = &'static str;

fn answer(mut stream: TcpStream, site: &Site) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = match read_head(&mut stream)? {
        Ok(head) => parse(&head),
        Err(refusal) => Err(refusal),
    };
    let request = match request {
        Ok(request) => request,
        Err(refusal) => return refuse(&mut stream, refusal),
    };
    if request.path == news::PATH {
        let build = request.query.strip_prefix("build=").and_then(|b| b.parse().ok());
        return site.news.tell(stream, build.unwrap_or(0));
    }
    let (head, body) = page(site, &request.path);
    stream.write_all(head.as_bytes())?;
    if !request.head_only {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// The headers and the body for a path.
fn page(site: &Site, path: &str) -> (String, Vec<u8>) {
    let _guard = site.swap.read().unwrap_or_else(|e| e.into_inner());
    let (status, file) = match files::find(&site.out, path) {
        files::Found::File(file) => ("200 OK", file),
        files::Found::Folder(with_slash) => {
            return (
                head(
                    "308 Permanent Redirect",
                    "text/plain",
                    0,
                    &format!("Location: {with_slash}\r\n"),
                ),
                Vec::new(),
            );
        }
        files::Found::Nothing => ("404 Not Found", site.out.join("404.html")),
    };
    let mut body = std::fs::read(&file).unwrap_or_default();
    let kind = files::kind(&file);
    if kind.starts_with("text/html") {
        let end = b"</body>";
        let at = body.windows(end.len()).rposition(|w| w == end).unwrap_or(body.len());
        body.splice(at..at, site.news.script().into_bytes());
    }
    (head(status, kind, body.len(), ""), body)
}

fn head(status: &str, kind: &str, len: usize, more: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len}\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n{more}\r\n"
    )
}

/// The headers of an answer that goes on as long as someone listens.
pub(super) fn event_stream(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
    )
}

fn refuse(stream: &mut TcpStream, refusal: Refusal) -> io::Result<()> {
    let allow = if refusal.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
    let body = format!("{refusal}\n");
    let head = head(refusal, "text/plain; charset=utf-8", body.len(), allow);
    stream.write_all((head + &body).as_bytes())?;
    stream.shutdown(std::net::Shutdown::Write)?;
    // What the client still sends is taken, up to a point: to close before would make its
    // system throw the answer away.
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut rest = [0; 4096];
    for _ in 0..16 {
        if !matches!(stream.read(&mut rest), Ok(n) if n > 0) {
            break;
        }
    }
    Ok(())
}

/// Reads until the blank line after the headers.
fn read_head(stream: &mut TcpStream) -> io::Result<Result<Vec<u8>, Refusal>> {
    let deadline = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let mut piece = [0; 2048];
    loop {
        // A limit for the whole head: one that comes a byte at a time is no excuse.
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err("408 Request Timeout"));
        }
        stream.set_read_timeout(Some(left))?;
        let n = match stream.read(&mut piece) {
            Ok(0) => return Ok(Err("400 Bad Request")),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                continue;
            }
            Err(e) => return Err(e),
        };
        head.extend_from_slice(&piece[..n]);
        if head.windows(4).any(|w| w == b"\r\n\r\n")
            || head.windows(2).any(|w| w == b"\n\n")
        {
            return Ok(Ok(head));
        }
        if head.len() >= MOST_HEAD {
            return Ok(Err("431 Request Header Fields Too Large"));
        }
    }
}

fn parse(head: &[u8]) -> Result<Request, Refusal> {
    const BAD: Refusal = "400 Bad Request";
    let text = std::str::from_utf8(head).map_err(|_| BAD)?;
    let mut words = text.lines().next().unwrap_or("").split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(BAD);
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err(BAD);
    }
    let head_only = match method {
        "GET" => false,
        "HEAD" => true,
        _ => return Err("405 Method Not Allowed"),
    };
    let target = target.split('#').next().unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Request { head_only, path: path.to_owned(), query: query.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_apart() {
        let request =
            parse(b"GET /a/b.html?build=3#x HTTP/1.1\r\nHost: y\r\n\r\n").unwrap();
        assert_eq!(
            (request.path.as_str(), request.query.as_str(), request.head_only),
            ("/a/b.html", "build=3", false)
        );
        assert!(parse(b"HEAD / HTTP/1.0\r\n\r\n").unwrap().head_only);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for bad in [
            &b"GET\r\n\r\n"[..],
            b"GET / FTP/1\r\n\r\n",
            b"GET /a b HTTP/1.1\r\n\r\n",
            b"GET http://x/ HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(parse(bad), Err("400 Bad Request"), "{bad:?}");
        }
        assert_eq!(parse(b"DELETE / HTTP/1.1\r\n\r\n"), Err("405 Method Not Allowed"));
    }

    #[test]
    fn places_run_out_and_come_back() {
        let open = Arc::new(AtomicUsize::new(0));
        let mut places: Vec<_> =
            (0..MOST_CONNECTIONS).map(|_| Place::take(&open).unwrap()).collect();
        assert!(Place::take(&open).is_none());
        assert!(Place::take(&open).is_none());
        places.pop();
        assert!(Place::take(&open).is_some());
    }
}
