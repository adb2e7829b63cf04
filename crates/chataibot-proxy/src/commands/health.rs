//! `health`: queries the running proxy, for container images without another HTTP client.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Timeout of each step of the call.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Requests `/healthz` from the proxy there. Returns what to print; an error says what came
/// instead.
pub fn query_liveness(listen: SocketAddr) -> Result<String, String> {
    let address = connectable(listen);
    let url = format!("http://{address}/healthz");
    let status = status_line(address).map_err(|error| {
        format!(
            "{url} does not answer: {error}\nDoes the proxy run, and with this `listen` (file, variable or --listen)?"
        )
    })?;
    match status.split(' ').nth(1) {
        Some("200") => Ok(format!("{url} answers")),
        _ => Err(format!("{url} does not answer as a proxy does, but: {}", status.trim_end().escape_debug())),
    }
}

/// Returns an address to connect to: the loopback address for an unspecified one.
pub(super) fn connectable(listen: SocketAddr) -> SocketAddr {
    let here = match (listen.ip().is_unspecified(), listen.is_ipv4()) {
        (false, _) => listen.ip(),
        (true, true) => Ipv4Addr::LOCALHOST.into(),
        (true, false) => Ipv6Addr::LOCALHOST.into(),
    };
    (here, listen.port()).into()
}

fn status_line(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut line = Vec::new();
    // Another program listening there may send anything, without end.
    let mut answer = BufReader::new(io::Read::take(stream, 1024));
    answer.read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_everywhere_is_asked_here_by_its_own_kind_of_address() {
        for (listen, asked) in
            [("0.0.0.0:1", "127.0.0.1:1"), ("[::]:2", "[::1]:2"), ("10.0.0.5:3", "10.0.0.5:3"), ("[::1]:4", "[::1]:4")]
        {
            assert_eq!(connectable(listen.parse().expect("an address")), asked.parse().expect("an address"));
        }
    }
}
