//! What tries out a connection.

use generated_examples::multiprocess::echo::Echo;
use ipc_runtime::Exception;

pub(super) struct OurEcho;

impl Echo for OurEcho {
    async fn echo(&self, text: String) -> Result<String, Exception> {
        Ok(text)
    }
}
