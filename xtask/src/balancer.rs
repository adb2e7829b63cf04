//! Load balancer for this machine: plain TCP, each connection to the next server that accepts it.

use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use anyhow::{Context, Result};

/// A local server that takes longer to accept a connection is considered gone.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Starts the balancer and returns its address; it serves as long as the process lives.
pub fn start(port: u16, servers: Vec<SocketAddr>) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("the balancer cannot listen on port {port}"))?;
    let address = listener.local_addr().context("the balancer's socket has no address")?;
    let servers = Arc::new(servers);
    thread::spawn(move || {
        for (number, client) in listener.incoming().enumerate() {
            let servers = Arc::clone(&servers);
            match client {
                // One thread each is enough for a few browsers of one developer.
                Ok(client) => _ = thread::spawn(move || relay(client, &servers, number)),
                Err(error) => eprintln!("balancer: cannot accept a connection: {error}"),
            }
        }
    });
    Ok(address)
}

/// Connects client `number` to the first server that accepts, from the one whose turn it is.
fn relay(client: TcpStream, servers: &[SocketAddr], number: usize) {
    let mut candidates = servers.iter().cycle().skip(number % servers.len()).take(servers.len());
    let Some(server) = candidates.find_map(|server| TcpStream::connect_timeout(server, CONNECT_TIMEOUT).ok()) else {
        return;
    };
    let (Ok(client_copy), Ok(server_copy)) = (client.try_clone(), server.try_clone()) else { return };
    thread::spawn(move || copy_bytes(server_copy, client_copy));
    copy_bytes(client, server);
}

/// Copies bytes until one side ends, and then ends the other side.
fn copy_bytes(mut from: TcpStream, mut to: TcpStream) {
    let is_whole = io::copy(&mut from, &mut to).is_ok();
    // These fail only if the socket is already closed, which is what is wanted.
    let _ = to.shutdown(Shutdown::Write);
    if !is_whole {
        // Neither side may wait any longer.
        let _ = (to.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    /// A server that says its name and ends each connection. Dropping the listener closes the door.
    fn serve(name: &'static str, connections: usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        thread::spawn(move || {
            for client in listener.incoming().take(connections) {
                let mut client = client.expect("a connection");
                let mut asked = [0; 4];
                client.read_exact(&mut asked).expect("a question");
                client.write_all(name.as_bytes()).expect("an answer");
            }
        });
        address
    }

    fn ask(balancer: SocketAddr) -> String {
        let mut server = TcpStream::connect(balancer).expect("connected");
        server.write_all(b"who?").expect("asked");
        let mut answer = String::new();
        server.read_to_string(&mut answer).expect("answered");
        answer
    }

    #[test]
    fn connections_go_to_one_server_after_the_other() {
        let balancer = start(0, vec![serve("one", 2), serve("two", 2)]).expect("it listens");
        assert_eq!([(); 4].map(|()| ask(balancer)), ["one", "two", "one", "two"]);
    }

    #[test]
    fn a_server_that_is_gone_is_passed_over() {
        let gone = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("its address");
        let balancer = start(0, vec![gone, serve("two", 3)]).expect("it listens");
        assert_eq!([(); 3].map(|()| ask(balancer)), ["two"; 3]);
    }
}
