//! What no peer may say: the connection ends with a reason, and others do not notice. And what only
//! peers of higher levels say: it is not implemented.

use ipc_tests::peers::within;

use crate::raw::{
    CHILD, Connected, FAIL, KEEP, KEPT, PING, Served, WAIT, a_cap, a_number, call, connected,
    finish, outcome, returned, served,
};
use crate::rpc::{Cap, Loopback, Outcome, Payload, Resolution, ResultsTo, Rpc, Target};

use Target::{Answer, Export};

/// Says something to a node of ours after which the connection must end for this reason, while
/// another goes on.
async fn refuses(reason: &str, messages: impl IntoIterator<Item = Rpc>) {
    let mut other = served().await;
    let mut it = served().await;
    for message in messages {
        it.raw.say(message).await;
    }
    // Answers to what was right about it may come first.
    let said = loop {
        match it.raw.hear().await {
            Rpc::Abort(reason) => break reason,
            Rpc::Return { .. } | Rpc::Release(..) => {}
            unexpected => panic!("no abort: {unexpected:?}"),
        }
    };
    assert_eq!(said, reason);
    it.raw.closed().await;
    within("the end", it.serving).await.unwrap().unwrap();
    within("the node's end", it.journal.nodes(0)).await;
    other.raw.quiet(other.root).await;
}

/// The root is the first export of a connection.
const ROOT: Target = Export(0);

#[tokio::test]
async fn numbers_of_calls() {
    let twice = "it makes two calls with one number";
    refuses(twice, [call(1, ROOT, WAIT), call(1, ROOT, PING)]).await;
    refuses(twice, [call(1, ROOT, WAIT), Rpc::Bootstrap(1)]).await;
    refuses(twice, [call(1, ROOT, WAIT), finish(1), call(1, ROOT, WAIT)]).await;
}

#[tokio::test]
async fn a_call_that_is_finished_twice() {
    // Somebody waits for it, so it goes on.
    refuses(
        "it finishes a call twice",
        [
            call(1, ROOT, WAIT),
            call(2, Answer(1, vec![0]), PING),
            finish(1),
            finish(1),
        ],
    )
    .await;
}

#[tokio::test]
async fn names_of_nothing() {
    let no_object = "it names an object that it was not given";
    refuses(no_object, [call(1, Export(9), PING)]).await;
    refuses(no_object, [call(1, ROOT, KEEP).cap(Cap::ReceiverHosted(9))]).await;
    refuses(
        "it names a call that it has finished",
        [
            call(1, ROOT, WAIT),
            call(2, Answer(1, vec![0]), PING),
            finish(1),
            call(3, Answer(1, vec![0]), PING),
        ],
    )
    .await;
}

#[tokio::test]
async fn releases_of_too_much() {
    let reason = "it releases what it was not given";
    refuses(reason, [Rpc::Release(9, 1)]).await;
    refuses(reason, [Rpc::Release(0, 2)]).await;
    refuses(reason, [Rpc::Release(0, u32::MAX)]).await;
    refuses(reason, [Rpc::Release(0, 1), Rpc::Release(0, 1)]).await;
}

#[tokio::test]
async fn returns_of_nothing() {
    let reason = "it answers a call that we did not make";
    refuses(reason, [returned(0, Payload::default())]).await;
    refuses(
        "it does not understand a call that we did not make",
        [Rpc::Unimplemented(Box::new(call(5, ROOT, PING)))],
    )
    .await;
}

#[tokio::test]
async fn promises_that_are_none() {
    let given = |cap| call(1, ROOT, KEEP).cap(cap);
    let resolve = |promise, cap| Rpc::Resolve(promise, Resolution::Cap(cap));
    refuses(
        "it resolves what is no promise",
        [
            given(Cap::SenderHosted(5)),
            resolve(5, Cap::SenderHosted(6)),
        ],
    )
    .await;
    refuses(
        "it resolves a promise twice",
        [
            given(Cap::SenderPromise(5)),
            resolve(5, Cap::SenderHosted(6)),
            resolve(5, Cap::SenderHosted(7)),
        ],
    )
    .await;
    let itself = "it makes a promise become itself";
    refuses(
        itself,
        [
            given(Cap::SenderPromise(5)),
            resolve(5, Cap::SenderPromise(5)),
        ],
    )
    .await;
    refuses(
        itself,
        [
            given(Cap::SenderPromise(5)),
            resolve(5, Cap::SenderPromise(6)),
            resolve(6, Cap::SenderPromise(7)),
            resolve(7, Cap::SenderPromise(5)),
        ],
    )
    .await;
    let mut chain = vec![given(Cap::SenderPromise(1000))];
    chain.extend((1000..1100).map(|promise| resolve(promise, Cap::SenderPromise(promise + 1))));
    refuses("64 promises in a row became another promise", chain).await;
}

#[tokio::test]
async fn an_answer_that_leads_to_itself_is_broken() {
    let mut it = served().await;
    // What the call will return is what it is told to keep meanwhile: its own answer.
    it.raw.say(call(1, Export(it.root), WAIT)).await;
    it.raw
        .say(call(2, Export(it.root), KEEP).cap(Cap::ReceiverAnswer(1, vec![0])))
        .await;
    it.raw.results(2).await;
    within("the call", it.journal.waiting(1)).await;
    it.journal.open();
    it.raw.results(1).await;
    it.raw.say(call(3, Answer(1, vec![0]), PING)).await;
    let (_, reason) = it.raw.failure(3).await;
    assert_eq!(reason, "it makes a promise become itself");
}

#[tokio::test]
async fn answers_that_lead_to_each_other_in_a_long_row_are_broken() {
    let mut it = served().await;
    const LENGTH: u32 = 200;
    // Each node answers with what the next one will answer.
    for number in 0..LENGTH {
        it.raw.say(call(number, Export(it.root), CHILD)).await;
        it.raw.results(number).await;
    }
    for number in 0..LENGTH {
        it.raw
            .say(call(1000 + number, Answer(number, vec![0]), WAIT))
            .await;
    }
    for number in 0..LENGTH - 1 {
        let next = Cap::ReceiverAnswer(1001 + number, vec![0]);
        it.raw
            .say(call(2000 + number, Answer(number, vec![0]), KEEP).cap(next))
            .await;
        it.raw.results(2000 + number).await;
    }
    within("the calls", it.journal.waiting(LENGTH as usize)).await;
    for number in 0..LENGTH {
        it.journal.open();
        it.raw.results(1000 + number).await;
    }
    it.raw.say(call(5000, Answer(1000, vec![0]), PING)).await;
    it.raw.failure(5000).await;
}

#[tokio::test]
async fn embargoes_that_are_none() {
    let none = "it lifts an embargo that is none";
    refuses(none, [Rpc::Disembargo(ROOT, Loopback::Receiver(0))]).await;
    let not_its_own = "it lifts an embargo on what is not its own object";
    let lift = |target| Rpc::Disembargo(target, Loopback::Sender(0));
    refuses(not_its_own, [lift(ROOT)]).await;
    for answer in [CHILD, KEPT, FAIL, PING] {
        refuses(
            not_its_own,
            [call(1, ROOT, answer), lift(Answer(1, vec![0]))],
        )
        .await;
    }
}

#[tokio::test]
async fn an_embargo_that_turns_out_to_be_none() {
    let mut it = served().await;
    it.raw.say(call(1, Export(it.root), WAIT)).await;
    it.raw
        .say(Rpc::Disembargo(Answer(1, vec![0]), Loopback::Sender(0)))
        .await;
    within("the call", it.journal.waiting(1)).await;
    it.journal.open();
    assert_eq!(
        it.raw.aborted().await,
        "it lifts an embargo on what is not its own object"
    );
}

#[tokio::test]
async fn answers_to_our_calls() {
    let unasked = "it sent results elsewhere unasked";
    let not_kept = "it takes results that were not kept for it";
    let none = "it takes the results of a call that it did not make";
    for (reason, prelude, answer) in [
        (unasked, vec![], Outcome::Elsewhere),
        (none, vec![], Outcome::TakeFrom(9)),
        (not_kept, vec![Rpc::Bootstrap(9)], Outcome::TakeFrom(9)),
        (
            "it names an object that it was not given",
            vec![],
            Outcome::Results(a_cap(Cap::ReceiverHosted(4))),
        ),
    ] {
        let Connected { mut raw, node } = connected().await;
        let pending = tokio::spawn(node.ping(1));
        let (question, _) = raw.called(Export(0), PING).await;
        for message in prelude {
            raw.say(message).await;
            raw.failure(9).await;
        }
        raw.say(outcome(question, answer)).await;
        assert_eq!(raw.aborted().await, reason);
        let exception = within("the call", pending).await.unwrap().unwrap_err();
        assert!(exception.message().contains(reason), "{exception}");
    }
    let Connected { mut raw, node } = connected().await;
    let _pending = tokio::spawn(node.ping(1));
    let (question, _) = raw.called(Export(0), PING).await;
    raw.say(returned(question, a_number(1))).await;
    raw.expect(finish(question).keeping()).await;
    raw.say(returned(question, a_number(1))).await;
    assert_eq!(
        raw.aborted().await,
        "it answers a call that we did not make"
    );
}

#[tokio::test]
async fn messages_of_higher_levels() {
    let Served { mut raw, root, .. } = served().await;
    for message in [
        Rpc::Provide(1, Export(root)),
        Rpc::Accept(2),
        Rpc::Join(3, Export(root)),
        Rpc::Unknown,
        Rpc::Disembargo(Export(root), Loopback::Accept),
        Rpc::Disembargo(Export(root), Loopback::Provide(1)),
        call(4, Export(root), PING).to(ResultsTo::ThirdParty),
    ] {
        raw.say(message.clone()).await;
        raw.expect(Rpc::Unimplemented(Box::new(message))).await;
    }
    raw.quiet(root).await;
}

/// A number that a message has once.
const MARK: u32 = 0x00ab_cdef;

#[tokio::test]
async fn unknown_members_of_unions() {
    // Of messages: not implemented. The question's number lies where the data of a Finish begin.
    let Served { mut raw, root, .. } = served().await;
    raw.say_bytes(&finish(MARK).encode_unknown(MARK, -16)).await;
    match raw.hear().await {
        Rpc::Unimplemented(_) => {}
        other => panic!("{other:?}"),
    }
    // Of where results go.
    let elsewhere = call(MARK, Export(root), PING).encode_unknown(MARK, 6);
    raw.say_bytes(&elsewhere).await;
    assert!(raw.unreadable().await, "it cannot be decoded either");
    // Of a capability: it is given, and broken.
    let unknown = call(1, Export(root), KEEP).cap(Cap::SenderHosted(MARK));
    raw.say_bytes(&unknown.encode_unknown(MARK, -4)).await;
    raw.results(1).await;
    raw.say(call(2, Export(root), crate::raw::PING_KEPT)).await;
    let (_, reason) = raw.failure(2).await;
    assert_eq!(
        reason,
        "the peer describes this object in an unknown way (99)"
    );
    // Of what a call is for, and of what a promise became: nothing can be done.
    let target = call(3, Export(MARK), PING).encode_unknown(MARK, 4);
    raw.say_bytes(&target).await;
    raw.aborted().await;
    let Served { mut raw, .. } = served().await;
    let resolve = Rpc::Resolve(MARK, Resolution::Exception(String::new()));
    raw.say_bytes(&resolve.encode_unknown(MARK, 4)).await;
    raw.aborted().await;
    // Of an answer: the call fails.
    let Connected { mut raw, node } = connected().await;
    let pending = tokio::spawn(node.ping(1));
    let (question, _) = raw.called(Export(0), PING).await;
    let unknown = outcome(question, Outcome::TakeFrom(MARK)).encode_unknown(MARK, -2);
    raw.say_bytes(&unknown).await;
    raw.expect(finish(question).keeping()).await;
    within("the call", pending).await.unwrap().unwrap_err();
}

#[tokio::test]
async fn bytes_that_are_no_message() {
    for bytes in [
        // More segments than anybody takes.
        &[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0][..],
        // More words.
        &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        // A root that lies outside of the message.
        &[0, 0, 0, 0, 1, 0, 0, 0, 0xfc, 0xff, 0, 0, 1, 0, 1, 0],
    ] {
        let mut it = served().await;
        it.raw.say_bytes(bytes).await;
        it.raw.aborted().await;
        within("the node's end", it.journal.nodes(0)).await;
    }
}

#[tokio::test]
async fn a_peer_that_goes_ends_what_it_waits_for() {
    let Served {
        mut raw,
        journal,
        root,
        ..
    } = served().await;
    raw.say(call(1, Export(root), WAIT)).await;
    within("the call", journal.waiting(1)).await;
    drop(raw);
    within("the call's end", journal.waiting(0)).await;
    within("the node's end", journal.nodes(0)).await;
}
