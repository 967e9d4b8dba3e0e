//! News of the build, for pages that are open: server-sent events.

use super::http;
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Where pages listen.
pub(super) const PATH: &str = "/__news";

/// How often a page that hears nothing is told that the server is still there: a page that
/// has gone away is noticed by it.
const STILL_HERE: Duration = Duration::from_secs(2);

/// How the last build went; those who listen are told of the next.
#[derive(Debug, Default)]
pub(super) struct News {
    last: Mutex<Last>,
    changed: Condvar,
}

#[derive(Clone, Debug, Default)]
struct Last {
    /// How many books took another's place.
    build: u64,
    /// How often anything happened.
    count: u64,
    /// Why the last build failed, if it did.
    problem: Option<String>,
}

impl News {
    /// There is a new book.
    pub(super) fn rebuilt(&self) {
        let mut last = self.last();
        last.build += 1;
        last.count += 1;
        last.problem = None;
        self.changed.notify_all();
    }

    /// There is none, and this is why.
    pub(super) fn failed(&self, problem: String) {
        let mut last = self.last();
        last.count += 1;
        last.problem = Some(problem);
        self.changed.notify_all();
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// The script that a page needs to listen.
    pub(super) fn script(&self) -> String {
        let build = self.last().build;
        format!(
            "<script>{}</script>",
            SCRIPT.replace("BUILD", &build.to_string()).replace("PATH", PATH)
        )
    }

    /// Tells a page that shows book number `build` the news, until it goes away.
    pub(super) fn tell(&self, mut page: TcpStream, build: u64) -> io::Result<()> {
        http::event_stream(&mut page)?;
        let mut told = 0;
        loop {
            let last = self.wait(told);
            if last.build != build {
                return page.write_all(b"event: reload\ndata:\n\n");
            }
            match last.problem {
                Some(problem) if last.count != told => {
                    page.write_all(event("problem", &problem).as_bytes())?
                }
                _ => page.write_all(b": still here\n\n")?,
            }
            told = last.count;
        }
    }

    /// Waits until more than `told` happened, or for a while.
    fn wait(&self, told: u64) -> Last {
        let waiting = self
            .changed
            .wait_timeout_while(self.last(), STILL_HERE, |last| last.count == told);
        let (last, _) = waiting.unwrap_or_else(|e| e.into_inner());
        last.clone()
    }
}

fn event(name: &str, text: &str) -> String {
    let data: String = text.lines().map(|line| format!("data: {line}\n")).collect();
    format!("event: {name}\n{data}\n")
}

const SCRIPT: &str = "\
(() => {
  const news = new EventSource('PATH?build=BUILD');
  news.addEventListener('reload', () => location.reload());
  news.addEventListener('problem', (event) => {
    let banner = document.getElementById('build-problem');
    if (!banner) {
      banner = document.createElement('pre');
      banner.id = 'build-problem';
      banner.setAttribute('role', 'alert');
      banner.style.cssText = 'position:fixed;inset:auto 0 0 0;z-index:999;margin:0;padding:1em;' +
        'max-height:40vh;overflow:auto;white-space:pre-wrap;background:#7a1020;color:#fff;font-size:14px';
      document.body.append(banner);
    }
    banner.textContent = 'The book cannot be rebuilt; this is the last one that could be.\\n\\n' + event.data;
  });
})();";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_several_lines_keeps_them() {
        assert_eq!(event("problem", "a\nb"), "event: problem\ndata: a\ndata: b\n\n");
    }

    #[test]
    fn the_script_names_the_build_of_its_page() {
        let news = News::default();
        news.rebuilt();
        assert!(news.script().contains("/__news?build=1'"), "{}", news.script());
    }
}
