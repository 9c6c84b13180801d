//! Interfaces that extend others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipc_runtime::{Exception, Proxy};
use ipc_tests::inheritance::{
    Animal, AnimalProxy, AnimalSpeakResults, Machine, MachineProxy, Named, NamedProxy, Robot,
    RobotProxy,
};

use crate::support::{remote, soon};

/// Counts how many of them were dropped.
struct Android(Arc<AtomicUsize>);

impl Drop for Android {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Named for Android {
    async fn name(&self) -> Result<String, Exception> {
        Ok("named".to_owned())
    }
}

impl Animal for Android {
    async fn speak(&self, loud: bool) -> Result<AnimalSpeakResults, Exception> {
        let result = if loud { "BEEP" } else { "beep" }.to_owned();
        Ok(AnimalSpeakResults { result, echoes: 3 })
    }

    async fn r#move(&self) -> Result<String, Exception> {
        Ok("walks".to_owned())
    }
}

impl Machine for Android {
    async fn r#move(&self) -> Result<String, Exception> {
        Ok("rolls".to_owned())
    }

    async fn charge(&self, amount: u8) -> Result<(), Exception> {
        match amount {
            0 => Err(Exception::failed("nothing to charge with")),
            _ => Ok(()),
        }
    }
}

impl Robot for Android {
    async fn name(&self) -> Result<String, Exception> {
        Ok("robot".to_owned())
    }

    async fn as_named(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn meet(&self, other: RobotProxy) -> Result<NamedProxy, Exception> {
        Ok(other.into())
    }
}

async fn behaves_as_all_its_bases(robot: &RobotProxy) -> Result<(), Exception> {
    assert_eq!(robot.speak(true).await?.result, "BEEP");
    assert_eq!(robot.name().await?, "robot");
    robot.charge(1).await?;
    robot.as_named().await?;

    let animal = robot.as_animal();
    assert_eq!(animal.speak(false).await?.echoes, 3);
    assert_eq!(animal.r#move().await?, "walks");
    assert_eq!(animal.name().await?, "named");
    let machine = MachineProxy::from(robot.clone());
    assert_eq!(machine.r#move().await?, "rolls");
    assert_eq!(machine.as_named().name().await?, "named");
    assert_eq!(robot.as_named_().name().await?, "named");

    let failure = machine.charge(0).await.expect_err("zero is refused");
    assert_eq!(failure.message(), "nothing to charge with");
    assert_eq!(failure.interface(), Some("Machine"));
    Ok(())
}

#[tokio::test]
async fn a_local_object_has_the_methods_of_its_bases() -> Result<(), Exception> {
    let robot = RobotProxy::new(Android(Arc::default()));
    behaves_as_all_its_bases(&robot).await
}

#[tokio::test]
async fn a_remote_object_has_the_methods_of_its_bases() -> Result<(), Exception> {
    let robot: RobotProxy = remote(Android(Arc::default())).await?;
    soon(behaves_as_all_its_bases(&robot)).await?;
    let met = soon(robot.meet(Android(Arc::default()))).await?;
    assert_eq!(soon(met.name()).await?, "named");
    Ok(())
}

#[tokio::test]
async fn a_child_can_be_served_where_a_base_is_expected() -> Result<(), Exception> {
    let animal: AnimalProxy = remote(Android(Arc::default())).await?;
    assert_eq!(soon(animal.name()).await?, "named");
    Ok(())
}

#[test]
fn inherited_methods_are_listed_once() {
    let listed = format!("{:?}", RobotProxy::INTERFACE);
    for name in ["Named.name", "Animal.speak", "Machine.charge", "Robot.meet"] {
        assert_eq!(listed.matches(&format!("\"{name}\"")).count(), 1, "{name}");
    }
}

#[tokio::test]
async fn the_last_of_all_handles_destroys_the_object() -> Result<(), Exception> {
    let dropped = Arc::new(AtomicUsize::new(0));
    // Whatever is served first lives as long as the server, so the one to watch is a parameter.
    let robot = RobotProxy::new(Android(Arc::clone(&dropped)));
    let machine = robot.as_machine();
    let named = machine.as_named();
    drop(robot);
    drop(machine);
    assert_eq!(dropped.load(Ordering::SeqCst), 0);
    assert_eq!(named.name().await?, "named");
    drop(named);
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
    Ok(())
}
