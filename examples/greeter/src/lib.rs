ipc_runtime::include_generated!(); // makes `pub mod greeter { … }`
