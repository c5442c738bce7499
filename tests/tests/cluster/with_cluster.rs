//! `with-cluster` starts and ends a control plane around a command.

use std::fs;
use std::path::Path;
use std::time::Duration;

use scepter_tests::{Cluster, Failure, Process, Scratch, until};

const WITH_CLUSTER: &str = env!("CARGO_BIN_EXE_with-cluster");
const LIMIT: Duration = Duration::from_mins(2);

#[test]
fn a_cluster_that_is_there_serves_and_the_exit_code_is_the_commands() -> Result<(), Failure> {
    let cluster = Cluster::shared()?;
    let server = ["config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"];
    let script = format!("test \"$(kubectl {})\" = \"$0\" && exit 7", server.join(" "));
    let mut command = cluster.command(WITH_CLUSTER)?;
    command.args(["sh", "-c", &script, &cluster.kubectl().run(&server)?]);
    let failed = scepter_tests::run(&mut command, b"");
    let Err(Failure::CommandFailed { status, .. }) = failed else {
        panic!("the command's own failure, not {failed:?}")
    };
    assert_eq!(status.code(), Some(7));
    Ok(())
}

#[test]
fn its_servers_end_with_it_when_it_is_killed() -> Result<(), Failure> {
    let scratch = Scratch::new("with-cluster")?;
    let mut command = Process::command(WITH_CLUSTER)?;
    command.env_remove("KUBECONFIG").args(["sh", "-c", "kubectl get namespaces; exec sleep 600"]);
    let mut with_cluster = Process::start("with-cluster", command, &scratch.join("log"))?;
    with_cluster.await_line("kube-system", LIMIT)?;

    let children = children(with_cluster.id());
    let programs: Vec<String> = children.iter().filter_map(|child| program(*child)).collect();
    for server in ["etcd", "kube-apiserver", "kube-controller-manager"] {
        assert!(programs.iter().any(|program| program == server), "{server} is not among {programs:?}");
    }

    with_cluster.kill();
    until("all of them have ended", LIMIT, || match children.iter().find_map(|child| program(*child)) {
        Some(program) => Err(format!("{program} is running")),
        None => Ok(()),
    })
}

/// The processes that this one started, from whichever of its threads.
fn children(parent: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task")).unwrap();
    let lists = threads.map(|thread| fs::read_to_string(thread.unwrap().path().join("children")).unwrap());
    lists.flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<_>>()).collect()
}

/// What a process runs; nothing once it has ended, whether or not anybody has noticed.
fn program(id: u32) -> Option<String> {
    let command_line = fs::read_to_string(format!("/proc/{id}/cmdline")).ok()?;
    let program = command_line.split('\0').next().filter(|program| !program.is_empty())?;
    Some(Path::new(program).file_name()?.to_string_lossy().into_owned())
}
