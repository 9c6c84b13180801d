//! Damaged conversations against a live connection, in either role: `tests/src/hostile` says how.

#![no_main]

use std::cell::OnceCell;

use ipc_tests::hostile::attack::Scene;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

thread_local! {
    /// The scene is read by the runtime that it was made in. libFuzzer has one thread.
    static STAGE: OnceCell<(Runtime, Scene)> = const { OnceCell::new() };
}

fuzz_target!(|input: &[u8]| {
    STAGE.with(|stage| {
        let (runtime, scene) = stage.get_or_init(|| {
            let runtime = Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            let scene = runtime.block_on(Scene::new()).expect("a conversation");
            (runtime, scene)
        });
        runtime.block_on(scene.attack(input));
    });
});
