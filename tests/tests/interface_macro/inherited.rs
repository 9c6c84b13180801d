//! An interface whose bases and types were generated elsewhere.

use ipc_runtime::{Exception, ipc_interface};
use ipc_tests::inheritance::{Named, NamedProxy};

use crate::support::{remote, soon};

#[ipc_interface(
    schema = "fixtures/inheritance.capnp",
    src_prefix = "fixtures",
    types = ::ipc_tests
)]
trait Animal: Named {
    async fn speak(&self, loud: bool) -> Result<AnimalSpeakResults, Exception>;
    async fn r#move(&self) -> Result<String, Exception>;
}

struct Cat;

impl Named for Cat {
    async fn name(&self) -> Result<String, Exception> {
        Ok("Tom".to_owned())
    }
}

impl Animal for Cat {
    async fn speak(&self, loud: bool) -> Result<AnimalSpeakResults, Exception> {
        Ok(AnimalSpeakResults {
            result: if loud { "MIAOW" } else { "miaow" }.to_owned(),
            echoes: 1,
        })
    }

    async fn r#move(&self) -> Result<String, Exception> {
        Ok("jumps".to_owned())
    }
}

#[tokio::test]
async fn bases_are_found_in_generated_modules() -> Result<(), Exception> {
    let cat: AnimalProxy = remote(Cat).await?;
    assert_eq!(soon(cat.name()).await?, "Tom");
    assert_eq!(soon(cat.speak(true)).await?.result, "MIAOW");
    assert_eq!(soon(cat.r#move()).await?, "jumps");
    let named: NamedProxy = cat.into();
    assert_eq!(soon(named.name()).await?, "Tom");
    Ok(())
}
