//! The shop of chapter 8, on tokio: everything that waits.

mod rack;

use ch08_messages::shop::lines::Lines;
use ch08_messages::shop::options::{Options, USAGE};
use ch08_messages::shop::protocol::{HoldTime, Refusal, Request};
use rack::{Garment, Hands, Progress, Rack};
use std::cell::RefCell;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::{JoinSet, LocalSet, yield_now};
use tokio::time::sleep;

/// How long nobody is let in after the kernel had no descriptor for another customer.
const PAUSE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    match runtime.and_then(|runtime| LocalSet::new().block_on(&runtime, open(&options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the shop on {} is closed: {error}", options.addr);
            ExitCode::FAILURE
        }
    }
}

/// Opens the door and serves, until it is asked to stop; then goes on with those inside
/// for a while.
async fn open(options: &Options) -> io::Result<()> {
    let door = TcpListener::bind(options.addr).await?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    println!("open on {}", door.local_addr()?);
    let shop = Rc::new(Shop::new(options));
    let mut visits = JoinSet::new();
    loop {
        select! {
            customer = door.accept() => match customer {
                Ok((customer, _)) => {
                    visits.spawn_local(Rc::clone(&shop).visit(customer));
                }
                // Most likely the kernel has no descriptor for another customer.
                Err(error) => {
                    eprintln!("{error}: {} customers are in, more must wait", visits.len());
                    sleep(PAUSE).await;
                }
            },
            Some(_) = visits.join_next() => {}
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
        }
    }
    drop(door);
    if !visits.is_empty() {
        let inside = visits.len();
        eprintln!("closing; customers inside: {inside}; once more, and it ends at once");
    }
    shop.closing.send_replace(true);
    select! {
        // In this order: whoever has gone meanwhile is not counted below.
        biased;
        () = async { while visits.join_next().await.is_some() {} } => {}
        () = sleep(options.grace) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    if !visits.is_empty() {
        eprintln!("closed; customers still inside: {}", visits.len());
    }
    Ok(())
}

/// The shop, with its counter and its rack.
struct Shop {
    takes: Duration,
    machines: Arc<Semaphore>,
    /// Room on the rack.
    places: Arc<Semaphore>,
    rack: RefCell<Rack>,
    closing: watch::Sender<bool>,
}

impl Shop {
    fn new(options: &Options) -> Shop {
        let permits = |n: usize| Arc::new(Semaphore::new(n.min(Semaphore::MAX_PERMITS)));
        Shop {
            takes: options.clean,
            machines: permits(options.machines),
            places: permits(options.rack),
            rack: RefCell::default(),
            closing: watch::Sender::new(false),
        }
    }

    /// Serves one customer, from hello to goodbye.
    async fn visit(self: Rc<Shop>, mut customer: TcpStream) -> io::Result<()> {
        let mut closing = self.closing.subscribe();
        let mut lines = Lines::default();
        let mut piece = [0; 512];
        loop {
            while let Some(line) = lines.next_line() {
                let answer = match line.and_then(|line| Request::parse(&line)) {
                    Ok(Request::Drop(name)) => select! {
                        // In this order: a shop that closes still answers, if there is room.
                        biased;
                        Ok(place) = Arc::clone(&self.places).acquire_owned() => {
                            Ok(self.hang(name, place))
                        }
                        _ = closing.wait_for(|closing| *closing) => return Ok(()),
                        () = hangs_up(&mut customer, &mut lines) => return Ok(()),
                    },
                    Ok(Request::Pickup(ticket)) => match self.pick_up(ticket).await {
                        Ok(hands) => {
                            say(&mut customer, &hands.words()).await?;
                            hands.let_go();
                            continue;
                        }
                        Err(refusal) => Err(refusal),
                    },
                    Ok(Request::Status(ticket)) => self.rack.borrow().status(ticket),
                    Ok(Request::Cancel(ticket)) => self.rack.borrow_mut().cancel(ticket),
                    Ok(Request::Hold(ticket, time)) => self.hold(ticket, time),
                    Ok(Request::Note(ticket, note)) => self.note(ticket, note).await,
                    Ok(Request::Bye) => return say(&mut customer, "BYE").await,
                    Err(refusal) => Err(refusal),
                };
                let answer = answer.unwrap_or_else(|refusal| refusal.to_string());
                say(&mut customer, &answer).await?;
            }
            let read = select! {
                biased;
                _ = closing.wait_for(|closing| *closing) => return Ok(()),
                read = customer.read(&mut piece) => read?,
            };
            if read == 0 {
                return Ok(());
            }
            lines.push(&piece[..read]);
            // They may never stop talking; the others want a word, too.
            yield_now().await;
        }
    }

    /// Starts cleaning a garment.
    fn hang(&self, name: String, place: OwnedSemaphorePermit) -> String {
        let (tell, progress) = watch::channel(Progress::Queued);
        let (notes, to_heed) = mpsc::channel(1);
        let mut cleaning = JoinSet::new();
        let machines = Arc::clone(&self.machines);
        cleaning.spawn_local(clean(self.takes, machines, tell, to_heed));
        let garment = Garment::new(name, place, cleaning, progress, notes);
        format!("TICKET {}", self.rack.borrow_mut().hang(garment))
    }

    /// Waits until a garment is clean, and takes it off the rack.
    async fn pick_up(&self, ticket: u64) -> Result<Hands<'_>, Refusal> {
        let mut progress = self.rack.borrow().look(ticket)?.progress.clone();
        // If it will never be clean, the rack knows why.
        let _ = progress.wait_for(Progress::is_ready).await;
        Hands::take(&self.rack, ticket)
    }

    /// Tells the task that cleans a garment. If it is busy with other notes, the customer waits.
    async fn note(&self, ticket: u64, note: String) -> Result<String, Refusal> {
        let line = self.rack.borrow_mut().note(ticket)?;
        if line.send(note).await.is_ok() {
            return Ok(format!("NOTED {ticket}"));
        }
        // It is no longer being cleaned, and the rack knows why.
        self.rack.borrow().look(ticket)?;
        Err(Refusal::TooLate(ticket))
    }

    /// Holds on to a garment for so long, and no longer.
    fn hold(self: &Rc<Shop>, ticket: u64, time: HoldTime) -> Result<String, Refusal> {
        let shop = Rc::clone(self);
        let mut rack = self.rack.borrow_mut();
        let garment = rack.look_mut(ticket)?;
        // If it was held before, that task ends here.
        garment.held = JoinSet::new();
        garment.held.spawn_local(async move {
            sleep(time.duration).await;
            shop.rack.borrow_mut().end(ticket, Refusal::Expired(ticket));
        });
        if time.duration.is_zero() {
            // tokio's clock goes by the millisecond, and would hold on to it for one.
            rack.end(ticket, Refusal::Expired(ticket));
        }
        Ok(format!("HELD {ticket} {}", time.words))
    }
}

/// Waits for a machine, and cleans a garment. Heeds the notes that come meanwhile.
async fn clean(
    takes: Duration,
    machines: Arc<Semaphore>,
    tell: watch::Sender<Progress>,
    mut notes: mpsc::Receiver<String>,
) {
    let mut heeded = Vec::new();
    let mut washed = pin!(async {
        let _machine = machines.acquire().await;
        tell.send_replace(Progress::Cleaning);
        sleep(takes).await;
    });
    loop {
        select! {
            // In this order: a note that came in time is heeded.
            biased;
            Some(note) = notes.recv() => heeded.push(note),
            () = &mut washed => break,
        }
    }
    tell.send_replace(Progress::Ready(heeded));
}

/// Waits until the customer hangs up. Somebody who goes on talking is believed to stay.
async fn hangs_up(customer: &mut TcpStream, lines: &mut Lines) {
    let mut byte = [0];
    if let Ok(1..) = customer.read(&mut byte).await {
        lines.push(&byte);
        pending().await
    }
}

/// Says one line.
async fn say(customer: &mut TcpStream, line: &str) -> io::Result<()> {
    customer.write_all(format!("{line}\n").as_bytes()).await
}
