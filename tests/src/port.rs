//! Ports that nobody listens on.

use std::net::{Ipv4Addr, TcpListener};

use crate::Failure;

/// A port on 127.0.0.1 that was free a moment ago. Another process may take it before it is used: who starts a server on
/// it must be ready to start anew.
pub fn free_port() -> Result<u16, Failure> {
    let [port] = free_ports()?;
    Ok(port)
}

/// `N` such ports, all different.
pub(crate) fn free_ports<const N: usize>() -> Result<[u16; N], Failure> {
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Failure::NoPort)?;
        *port = listener.local_addr().map_err(Failure::NoPort)?.port();
        held.push(listener);
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_are_asked_for_together_differ() {
        let mut ports: Vec<u16> = free_ports::<16>().unwrap().into();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 16);
    }
}
