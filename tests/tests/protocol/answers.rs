//! Calls that the peer makes: their answers, and when they are done with.

use capnp_rpc::rpc_capnp::exception::Type;
use ipc_tests::peers::within;

use crate::raw::{
    CHILD, FAIL, KEEP, KEPT, PING, PING_KEPT, Raw, Served, WAIT, a_number, call, failed, finish,
    outcome, returned, served,
};
use crate::rpc::{Cap, Outcome, Payload, ResultsTo, Rpc, Target};

use Target::{Answer, Export};

/// Calls `child` and returns the number that the new node is exported under.
async fn child(raw: &mut Raw, question: u32, root: u32) -> u32 {
    raw.say(call(question, Export(root), CHILD)).await;
    exported(&raw.results(question).await)
}

fn exported(results: &Payload) -> u32 {
    match results.caps.as_slice() {
        [Cap::SenderHosted(id)] => *id,
        other => panic!("not one new object: {other:?}"),
    }
}

#[tokio::test]
async fn results() {
    let mut it = served().await;
    it.raw.say(call(1, Export(it.root), PING).number(7)).await;
    it.raw.expect(returned(1, a_number(7)).over()).await;
    it.raw.say(finish(1)).await;
    it.raw.quiet(it.root).await;
}

#[tokio::test]
async fn results_without_objects_need_no_finish() {
    let mut it = served().await;
    for number in 0..3 {
        it.raw
            .say(call(1, Export(it.root), PING).number(number))
            .await;
        it.raw.expect(returned(1, a_number(number)).over()).await;
    }
    // It does no harm, since peers may send it before they know, or not know that they need not.
    it.raw.say(finish(1)).await;
    it.raw.quiet(it.root).await;
}

#[tokio::test]
async fn calls_of_an_answer_that_was_let_go_fail() {
    let mut it = served().await;
    let gone = "the call's target is in an answer that holds no objects, or was finished";
    it.raw.say(call(2, Answer(1, vec![0]), PING)).await;
    it.raw.expect(failed(2, Type::Failed, gone)).await;
    it.raw.say(finish(2)).await;
    // As a parameter, it is an object whose calls fail.
    let kept = Cap::ReceiverAnswer(1, vec![0]);
    it.raw.say(call(3, Export(it.root), KEEP).cap(kept)).await;
    it.raw.results(3).await;
    it.raw.say(call(4, Export(it.root), PING_KEPT)).await;
    it.raw.expect(failed(4, Type::Failed, gone)).await;
    it.raw.say(finish(4)).await;
    it.raw.quiet(it.root).await;
}

#[tokio::test]
async fn exceptions_of_every_type() {
    let mut it = served().await;
    let kinds = [
        (0, Type::Failed),
        (1, Type::Overloaded),
        (2, Type::Unimplemented),
        // It would mean that this very connection is lost.
        (3, Type::Failed),
    ];
    for (number, kind) in kinds {
        it.raw
            .say(call(1, Export(it.root), FAIL).number(number))
            .await;
        it.raw.expect(failed(1, kind, "failed as asked")).await;
        it.raw.say(finish(1)).await;
    }
}

#[tokio::test]
async fn a_call_that_is_finished_early_is_canceled() {
    let mut it = served().await;
    it.raw.say(call(1, Export(it.root), WAIT)).await;
    within("the call", it.journal.waiting(1)).await;
    it.raw.say(finish(1)).await;
    it.raw.expect(outcome(1, Outcome::Canceled)).await;
    within("its end", it.journal.waiting(0)).await;
}

#[tokio::test]
async fn the_number_of_a_finished_call_is_free_again() {
    let mut it = served().await;
    for number in 0..3 {
        it.raw
            .say(call(1, Export(it.root), PING).number(number))
            .await;
        it.raw.expect(returned(1, a_number(number)).over()).await;
        it.raw.say(finish(1)).await;
    }
}

#[tokio::test]
async fn the_results_capabilities_go_with_the_finish() {
    let mut it = served().await;
    child(&mut it.raw, 1, it.root).await;
    within("the child", it.journal.nodes(2)).await;
    it.raw.say(finish(1)).await;
    within("its end", it.journal.nodes(1)).await;
}

#[tokio::test]
async fn or_are_kept_until_they_are_released() {
    let mut it = served().await;
    let child = child(&mut it.raw, 1, it.root).await;
    it.raw.say(finish(1).keeping()).await;
    it.raw.say(call(2, Export(child), PING).number(5)).await;
    it.raw.expect(returned(2, a_number(5)).over()).await;
    it.raw.say(Rpc::Release(child, 1)).await;
    within("its end", it.journal.nodes(1)).await;
}

#[tokio::test]
async fn capabilities_of_a_call_that_was_finished_early() {
    let mut it = served().await;
    // The handler's answer and the Finish cross: the answer carries a capability, and the Finish
    // says that it is released.
    let child = child(&mut it.raw, 1, it.root).await;
    it.raw
        .say(call(2, Export(it.root), KEEP).cap(Cap::ReceiverHosted(child)))
        .await;
    it.raw.results(2).await;
    it.raw.say(call(3, Export(it.root), KEPT)).await;
    let again = exported(&it.raw.results(3).await);
    it.raw.say(finish(3)).await;
    it.raw.say(finish(1)).await;
    it.raw.say(call(4, Export(again), PING)).await;
    assert_eq!(
        it.raw.aborted().await,
        "it names an object that it was not given"
    );
}

#[tokio::test]
async fn one_object_given_twice_is_released_in_parts() {
    let mut it = served().await;
    // Served as the first object once, and asked for twice more.
    for question in [1, 2] {
        it.raw.say(Rpc::Bootstrap(question)).await;
        assert_eq!(exported(&it.raw.results(question).await), it.root);
        it.raw.say(finish(question).keeping()).await;
    }
    it.raw.say(Rpc::Release(it.root, 2)).await;
    it.raw.quiet(it.root).await;
    it.raw.say(Rpc::Release(it.root, 1)).await;
    it.raw.say(call(3, Export(it.root), PING)).await;
    assert_eq!(
        it.raw.aborted().await,
        "it names an object that it was not given"
    );
}

#[tokio::test]
async fn parameters_are_released_when_the_handler_lets_go() {
    let mut it = served().await;
    let keep = call(1, Export(it.root), KEEP).cap(Cap::SenderHosted(4));
    it.raw.say(keep).await;
    it.raw.expect(returned(1, Payload::default()).over()).await;
    it.raw.say(finish(1)).await;
    // Given once more under the same number, so that two counts are released in the end.
    it.raw
        .say(call(2, Export(it.root), PING).cap(Cap::SenderHosted(4)))
        .await;
    it.raw.expect(returned(2, a_number(0)).over()).await;
    it.raw.say(call(3, Export(it.root), KEEP)).await;
    let (mut released, mut answered) = (0, false);
    while released < 2 || !answered {
        match it.raw.hear().await {
            Rpc::Release(4, count) => released += count,
            Rpc::Return { answer: 3, .. } => answered = true,
            other => panic!("{other:?}"),
        }
    }
    it.raw.quiet(it.root).await;
}

#[tokio::test]
async fn an_object_of_the_peer_that_goes_back_is_the_peers() {
    let mut it = served().await;
    let keep = call(1, Export(it.root), KEEP).cap(Cap::SenderHosted(4));
    it.raw.say(keep).await;
    it.raw.results(1).await;
    it.raw.say(call(2, Export(it.root), KEPT)).await;
    assert_eq!(it.raw.results(2).await.caps, [Cap::ReceiverHosted(4)]);
}

#[tokio::test]
async fn an_object_of_ours_that_comes_home_is_called_without_the_wire() {
    let mut it = served().await;
    let child = child(&mut it.raw, 1, it.root).await;
    it.raw
        .say(call(2, Export(it.root), KEEP).cap(Cap::ReceiverHosted(child)))
        .await;
    it.raw.results(2).await;
    it.raw
        .say(call(3, Export(it.root), PING_KEPT).number(8))
        .await;
    it.raw.expect(returned(3, a_number(8)).over()).await;
    assert_eq!(it.journal.arrivals(), [(1, 8)]);
}

#[tokio::test]
async fn calls_on_answers_at_depth() {
    let mut it = served().await;
    // A child, its kept child and a ping of that, all sent before anything is answered.
    it.raw.say(call(1, Export(it.root), CHILD)).await;
    it.raw.say(call(2, Answer(1, vec![0]), CHILD)).await;
    it.raw
        .say(call(3, Answer(1, vec![0]), KEEP).cap(Cap::ReceiverAnswer(2, vec![0])))
        .await;
    it.raw.say(call(4, Answer(1, vec![0]), KEPT)).await;
    it.raw
        .say(call(5, Answer(4, vec![0]), PING).number(9))
        .await;
    it.raw
        .say(call(6, Answer(1, vec![0]), PING_KEPT).number(10))
        .await;
    let mut answered = Vec::new();
    while answered.len() < 6 {
        match it.raw.hear().await {
            Rpc::Return {
                answer,
                outcome: Outcome::Results(_),
                ..
            } => answered.push(answer),
            other => panic!("{other:?}"),
        }
    }
    answered.sort_unstable();
    assert_eq!(answered, [1, 2, 3, 4, 5, 6]);
    assert_eq!(it.journal.arrivals(), [(2, 9), (2, 10)]);
}

#[tokio::test]
async fn calls_on_answers_that_are_null_missing_or_failed() {
    let mut it = served().await;
    it.raw.say(call(1, Export(it.root), KEPT)).await;
    it.raw.results(1).await;
    it.raw.say(call(2, Export(it.root), FAIL)).await;
    it.raw.failure(2).await;
    it.raw.say(call(3, Export(it.root), PING)).await;
    it.raw.results(3).await;
    for (question, target) in [
        (10, Answer(1, vec![0])),
        (11, Answer(1, vec![])),
        (12, Answer(1, vec![7])),
        (13, Answer(1, vec![0, 0, 0])),
        (14, Answer(3, vec![0])),
    ] {
        it.raw.say(call(question, target, PING)).await;
        let (kind, _reason) = it.raw.failure(question).await;
        assert_eq!(kind, Type::Failed);
        // And a call on what that answer would have been.
        it.raw
            .say(call(question + 10, Answer(question, vec![0]), PING))
            .await;
        it.raw.failure(question + 10).await;
    }
    it.raw.say(call(30, Answer(2, vec![0]), PING)).await;
    it.raw
        .expect(failed(30, Type::Failed, "failed as asked"))
        .await;
}

#[tokio::test]
async fn calls_that_waited_for_an_answer_keep_their_order() {
    let mut it = served().await;
    let child = child(&mut it.raw, 1, it.root).await;
    let keep = call(2, Export(it.root), KEEP).cap(Cap::ReceiverHosted(child));
    it.raw.say(keep).await;
    it.raw.results(2).await;
    it.raw.say(call(3, Export(it.root), WAIT)).await;
    for number in 0..10 {
        it.raw
            .say(call(10 + number, Answer(3, vec![0]), PING).number(number))
            .await;
    }
    within("the call", it.journal.waiting(1)).await;
    assert_eq!(it.journal.pings(), []);
    it.journal.open();
    for _ in 0..11 {
        it.raw.hear().await;
    }
    assert_eq!(it.journal.pings(), (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_answer_that_others_wait_for_is_not_canceled() {
    let mut it = served().await;
    let child = child(&mut it.raw, 1, it.root).await;
    it.raw
        .say(call(2, Export(it.root), KEEP).cap(Cap::ReceiverHosted(child)))
        .await;
    it.raw.results(2).await;
    it.raw.say(call(3, Export(it.root), WAIT)).await;
    it.raw
        .say(call(4, Answer(3, vec![0]), PING).number(1))
        .await;
    it.raw.say(finish(3)).await;
    within("the call", it.journal.waiting(1)).await;
    it.journal.open();
    it.raw.expect(outcome(3, Outcome::Canceled)).await;
    it.raw.expect(returned(4, a_number(1)).over()).await;
}

#[tokio::test]
async fn an_answer_that_only_canceled_calls_wait_for_is_canceled() {
    for order in [[3, 4, 5], [5, 4, 3], [4, 3, 5], [3, 5, 4]] {
        let mut it = served().await;
        it.raw.say(call(3, Export(it.root), WAIT)).await;
        it.raw.say(call(4, Answer(3, vec![0]), WAIT)).await;
        it.raw.say(call(5, Answer(4, vec![0]), PING)).await;
        within("the call", it.journal.waiting(1)).await;
        for question in order {
            it.raw.say(finish(question)).await;
        }
        within("its end", it.journal.waiting(0)).await;
        let mut answered = Vec::new();
        while answered.len() < 3 {
            match it.raw.hear().await {
                Rpc::Return {
                    answer,
                    outcome: Outcome::Canceled,
                    ..
                } => answered.push(answer),
                other => panic!("{other:?}"),
            }
        }
        answered.sort_unstable();
        assert_eq!(answered, [3, 4, 5]);
        it.raw.quiet(it.root).await;
    }
}

#[tokio::test]
async fn results_that_the_peer_takes_later() {
    let mut it = served().await;
    it.raw
        .say(
            call(1, Export(it.root), PING)
                .number(3)
                .to(ResultsTo::Yourself),
        )
        .await;
    it.raw.expect(outcome(1, Outcome::Elsewhere)).await;
    assert_eq!(it.journal.pings(), [3]);
    it.raw.say(finish(1)).await;
    it.raw.quiet(it.root).await;
}

#[tokio::test]
async fn results_for_a_third_party_are_not_implemented() {
    let mut it = served().await;
    let third = call(1, Export(it.root), PING).to(ResultsTo::ThirdParty);
    it.raw.say(third.clone()).await;
    it.raw.expect(Rpc::Unimplemented(Box::new(third))).await;
    // The number was not taken.
    it.raw.say(call(1, Export(it.root), PING).number(2)).await;
    it.raw.expect(returned(1, a_number(2)).over()).await;
}

/// Calls that wait for each other: each is of what the one before it will bring, and the first of what is not there.
async fn chain(raw: &mut Raw, root: u32) -> std::ops::RangeInclusive<u32> {
    const LENGTH: u32 = 20_000;
    raw.say(call(1, Export(root), WAIT)).await;
    for question in 2..=LENGTH {
        let target = Answer(question - 1, vec![0]);
        raw.say(call(question, target, CHILD)).await;
    }
    1..=LENGTH
}

/// Hears all of them end.
async fn ended(raw: &mut Raw, chain: std::ops::RangeInclusive<u32>) {
    let mut ended = std::collections::BTreeSet::new();
    for _ in chain.clone() {
        match raw.hear().await {
            Rpc::Return { answer, .. } => assert!(ended.insert(answer)),
            other => panic!("no answer: {other:?}"),
        }
    }
    assert!(ended.into_iter().eq(chain));
}

#[tokio::test]
async fn a_long_chain_of_calls_that_comes_to_nothing() {
    let Served {
        mut raw,
        journal,
        root,
        ..
    } = served().await;
    let chain = chain(&mut raw, root).await;
    within("the first call", journal.waiting(1)).await;
    journal.open();
    ended(&mut raw, chain.clone()).await;
    for question in chain {
        raw.say(finish(question)).await;
    }
    raw.quiet(root).await;
}

#[tokio::test]
async fn a_long_chain_of_calls_that_is_given_up() {
    let Served {
        mut raw,
        journal,
        root,
        ..
    } = served().await;
    for in_order in [true, false] {
        let chain = chain(&mut raw, root).await;
        within("the first call", journal.waiting(1)).await;
        for question in chain.clone() {
            let from_the_end = chain.end() + 1 - question;
            let finished = if in_order { question } else { from_the_end };
            raw.say(finish(finished)).await;
        }
        ended(&mut raw, chain).await;
        within("the first call's end", journal.waiting(0)).await;
        raw.quiet(root).await;
    }
}
