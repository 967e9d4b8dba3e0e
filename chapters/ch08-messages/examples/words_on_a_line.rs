//! Half a line, half a word, a line that is too long, and somebody who does not listen.

use ch08_messages::both::{Either, join, select};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::net::{TcpListener, TcpStream};
use ch08_messages::shop::lines::{LIMIT, Lines};
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::rc::Rc;

type Outcome = Result<(), Box<dyn Error>>;

/// The two ends of a line.
async fn a_line() -> io::Result<(TcpStream, TcpStream)> {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let (ours, theirs) =
        join(TcpStream::connect(door.local_addr()?), door.accept()).await;
    Ok((ours?, theirs?))
}

/// A line whose other end has said this, and no more.
async fn said(words: &[u8]) -> io::Result<TcpStream> {
    let (ours, mut theirs) = a_line().await?;
    theirs.write_all(words).await?;
    theirs.close().await?;
    Ok(ours)
}

async fn the_last_line_is_cut() -> Outcome {
    println!("a whole line, half a line, and the end");
    let mut hears = BufReader::new(said(b"DROP silk shirt\nPICK").await?);
    for _ in 0..3 {
        let mut line = String::new();
        hears.read_line(&mut line).await?;
        println!("  {line:?}");
    }
    Ok(())
}

async fn too_few() -> Outcome {
    println!("six bytes are wanted, and four come");
    let (mut hears, mut word) = (said(b"PICK").await?, *b"......");
    let error = hears.read_exact(&mut word).await.expect_err("there are too few");
    println!("  {:?}; in our hands: {:?}", error.kind(), std::str::from_utf8(&word)?);
    Ok(())
}

async fn too_long() -> Outcome {
    println!("a line that is too long, and the next one");
    let long = "x".repeat(LIMIT + 2) + "\nBYE\n";
    let (mut hears, mut lines) = (said(long.as_bytes()).await?, Lines::default());
    for _ in 0..2 {
        println!("  {:?}", next_line(&mut hears, &mut lines).await?);
    }
    Ok(())
}

async fn next_line(
    hears: &mut TcpStream,
    lines: &mut Lines,
) -> io::Result<Result<String, String>> {
    let mut piece = [0; 512];
    loop {
        if let Some(line) = lines.next_line() {
            return Ok(line.map_err(|refusal| refusal.to_string()));
        }
        let n = hears.read(&mut piece).await?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        lines.push(&piece[..n]);
    }
}

async fn given_up() -> Outcome {
    println!("half a line, the time is over, the other half");
    let ((mut ours, mut theirs), mut lines) = (a_line().await?, Lines::default());
    theirs.write_all(b"DROP silk").await?;
    let in_vain = select(next_line(&mut ours, &mut lines), three_turns()).await;
    assert!(matches!(in_vain, Either::Right(())), "there is no line yet");
    println!("  something else is done meanwhile");
    theirs.write_all(b" shirt\n").await?;
    println!("  {:?}", next_line(&mut ours, &mut lines).await?);
    Ok(())
}

async fn three_turns() {
    for _ in 0..3 {
        yield_now().await;
    }
}

async fn two_listen() -> Outcome {
    println!("two listen at the same line");
    let (ours, mut theirs) = a_line().await?;
    let ours = Rc::new(ours);
    let slips = ["Ann", "Ben"].map(|name| {
        let ours = Rc::clone(&ours);
        spawn(async move {
            let mut word = [0; 5];
            let n = (&*ours).read(&mut word).await.expect("the line is there");
            println!("  {name} hears {n} bytes");
        })
    });
    three_turns().await;
    theirs.write_all(b"hello").await?;
    theirs.write_all(b"hello").await?;
    let [ann, ben] = slips;
    ben.await?;
    three_turns().await;
    println!("  there is more, and Ann is told: {}", ann.is_finished());
    Ok(())
}

async fn nobody_listens() -> Outcome {
    println!("eight million bytes, and nobody listens");
    let (mut ours, theirs) = a_line().await?;
    let talks = spawn(async move { ours.write_all(&vec![b'x'; 8_000_000]).await });
    three_turns().await;
    println!("  all is written: {}", talks.is_finished());
    drop(theirs);
    Ok(())
}

fn main() -> Outcome {
    ledger::init();
    EventLoop::new()?.block_on(async {
        the_last_line_is_cut().await?;
        too_few().await?;
        too_long().await?;
        given_up().await?;
        two_listen().await?;
        nobody_listens().await
    })
}
