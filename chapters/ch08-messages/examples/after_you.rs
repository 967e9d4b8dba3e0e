//! Ann and Ben have two parcels for each other, and between them there is room for one each way.

use ch08_messages::both::join;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::mpsc::{Receiver, Sender, channel};
use ch08_messages::task::spawn;
use std::error::Error;

async fn swap(name: &str, to: Sender<&'static str>, mut from: Receiver<&'static str>) {
    let give = async {
        for parcel in ["a hat", "a coat"] {
            println!("{name} brings {parcel}");
            to.send(parcel).await.expect("the other is there");
        }
    };
    let take = async {
        for _ in 0..2 {
            println!(
                "    {name} takes {}",
                from.recv().await.expect("the other is there")
            );
        }
    };
    join(give, take).await;
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        let ((to_ben, from_ann), (to_ann, from_ben)) = (channel(1), channel(1));
        let ann = spawn(swap("Ann", to_ben, from_ben));
        let ben = spawn(swap("Ben", to_ann, from_ann));
        ann.await?;
        Ok(ben.await?)
    })
}
