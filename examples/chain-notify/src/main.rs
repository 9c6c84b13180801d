//! Shows what happens to a multiprocess node's chain and mempool, a line for each event: `chain-notify unix:PATH`.

use bitcoin_core_ipc::bitcoin;
use bitcoin_core_ipc::chain::{BlockInfo, ChainEvent};
use bitcoin_core_ipc::{Error, Node, Transaction, Txid};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let usage = "usage: chain-notify unix:PATH";
    let address = std::env::args().nth(1).ok_or(usage)?;
    let chain = Node::connect(&address).await?.chain().await?;
    let mut events = chain.notifications().await?;
    println!("height {}", chain.height().await?.unwrap_or(0));
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => println!("{}", line(event?)?),
                None => return Ok(()),
            },
            interrupted = &mut interrupt => {
                interrupted?;
                events.unsubscribe().await?;
                println!("unsubscribed");
                return Ok(());
            }
        }
    }
}

fn line(event: ChainEvent) -> Result<String, Error> {
    Ok(match event {
        ChainEvent::TransactionAdded(added) => format!("mempool + {}", txid(&added)?),
        ChainEvent::TransactionRemoved {
            transaction,
            reason,
        } => {
            format!("mempool - {} ({reason:?})", txid(&transaction)?)
        }
        ChainEvent::BlockConnected { role, block } if role.historical => {
            format!("history + {}", place(&block))
        }
        ChainEvent::BlockConnected { block, .. } => format!("block + {}", place(&block)),
        ChainEvent::BlockDisconnected(block) => format!("block - {}", place(&block)),
        ChainEvent::UpdatedTip => "new tip".to_owned(),
        ChainEvent::Flushed { .. } => "on disk".to_owned(),
        other => format!("{other:?}"),
    })
}

fn place(block: &BlockInfo) -> String {
    format!("{} {}", block.height, block.hash)
}

fn txid(transaction: &Transaction) -> Result<Txid, Error> {
    let transaction = bitcoin::Transaction::try_from(transaction)?;
    Ok(transaction.compute_txid().into())
}
