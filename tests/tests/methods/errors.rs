//! Results that say that the method failed.

use std::error::Error;

use ipc_runtime::{Exception, ExceptionKind};
use ipc_tests::errors::{
    Errors, ErrorsCallError, ErrorsCallResults, ErrorsProxy, ErrorsRaiseError, Problem,
};

use crate::support::{remote, soon};

/// Fails as it is told.
struct Failing;

fn check(text: &str) -> Result<(), Exception> {
    match text {
        "fail" => Err(Exception::failed("as told")),
        "busy" => Err(Exception::new(ExceptionKind::Overloaded, "busy")),
        "empty" => Err(Exception::failed("")),
        _ => Ok(()),
    }
}

impl Errors for Failing {
    async fn plain(&self, text: String) -> Result<String, Exception> {
        check(&text)?;
        Ok(text)
    }

    async fn nothing(&self, fail: bool) -> Result<(), Exception> {
        check(if fail { "empty" } else { "" })
    }

    async fn raise(&self, problem: Problem) -> Result<(), ErrorsRaiseError> {
        check(&problem.name)?;
        Err(ErrorsRaiseError::Error(problem))
    }

    async fn call(&self, request: String) -> Result<ErrorsCallResults, ErrorsCallError> {
        check(&request)?;
        match request.as_str() {
            "rpc" => Err(ErrorsCallError::RpcError("{}".to_owned())),
            "problem" => Err(ErrorsCallError::Problem(problem("p"))),
            "code" => Err(ErrorsCallError::Code(0)),
            _ => Ok(ErrorsCallResults {
                response: request,
                result: true,
            }),
        }
    }
}

fn problem(name: &str) -> Problem {
    Problem {
        name: name.to_owned(),
        number: 7,
    }
}

async fn both() -> Result<[ErrorsProxy; 2], Exception> {
    Ok([ErrorsProxy::new(Failing), remote(Failing).await?])
}

#[tokio::test]
async fn a_declared_message_is_an_exception() -> Result<(), Exception> {
    for errors in both().await? {
        assert_eq!(soon(errors.plain("fine")).await?, "fine");
        let failure = soon(errors.plain("fail")).await.expect_err("told to fail");
        assert_eq!(failure.kind(), ExceptionKind::Declared);
        assert_eq!(failure.to_string(), "Errors.plain: as told");
        assert!(failure.is_remote());

        soon(errors.nothing(false)).await?;
        let failure = soon(errors.nothing(true)).await.expect_err("told to fail");
        assert_eq!(
            (failure.kind(), failure.message()),
            (ExceptionKind::Declared, "")
        );

        let failure = soon(errors.plain("busy")).await.expect_err("told to fail");
        assert_eq!(failure.kind(), ExceptionKind::Overloaded);
    }
    Ok(())
}

#[tokio::test]
async fn a_declared_struct_arrives_as_it_was() -> Result<(), Exception> {
    for errors in both().await? {
        match soon(errors.raise(problem("p"))).await {
            Err(ErrorsRaiseError::Error(got)) => assert_eq!(got, problem("p")),
            other => panic!("{other:?}"),
        }
        match soon(errors.raise(Problem::default())).await {
            Err(ErrorsRaiseError::Error(got)) => assert_eq!(got, Problem::default()),
            other => panic!("{other:?}"),
        }
        // What is not declared fails the call itself.
        match soon(errors.raise(problem("fail"))).await {
            Err(ErrorsRaiseError::Exception(got)) => {
                assert_eq!(
                    (got.kind(), got.message()),
                    (ExceptionKind::Failed, "as told")
                );
            }
            other => panic!("{other:?}"),
        }
    }
    Ok(())
}

#[tokio::test]
async fn each_of_several_errors_is_told_apart() -> Result<(), Exception> {
    for errors in both().await? {
        assert_eq!(soon(errors.call("fine")).await?.response, "fine");
        for (request, text) in [
            ("rpc", "rpcError: {}"),
            ("problem", "problem: Problem { name: \"p\", number: 7 }"),
            ("code", "code: 0"),
            ("fail", "Errors.call: as told"),
        ] {
            let failure = soon(errors.call(request)).await.expect_err("told to fail");
            assert_eq!(failure.to_string(), text);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_question_mark_makes_an_exception_of_each() -> Result<(), Exception> {
    async fn caller(errors: &ErrorsProxy) -> Result<(), Exception> {
        errors.raise(problem("p")).await?;
        Ok(())
    }
    for errors in both().await? {
        let failure = soon(caller(&errors)).await.expect_err("told to fail");
        assert_eq!(failure.kind(), ExceptionKind::Declared);
        let source = failure.source().expect("the declared error");
        assert!(matches!(
            source.downcast_ref(),
            Some(ErrorsRaiseError::Error(_))
        ));
    }
    Ok(())
}
