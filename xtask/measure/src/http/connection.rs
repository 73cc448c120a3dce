//! The least of an HTTP/1.1 client: one connection, kept open, so that what is measured is the
//! server and not its visitor.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::Error;

/// One open connection.
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

/// A POST of JSON, as a browser on the same origin sends it.
pub fn request(authority: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nOrigin: http://{authority}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: vec![0; 64 * 1024],
        })
    }

    /// Sends a request and returns the body of its answer, which must be a success.
    pub fn exchange(&mut self, request: &[u8]) -> Result<&[u8], Error> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.answer[filled..])?;
            filled += read;
            let answer = &self.answer[..filled];
            if let Some(body) = body(answer) {
                if !answer.starts_with(b"HTTP/1.1 2") {
                    return Err(refused(request, answer));
                }
                return Ok(&self.answer[body..filled]);
            }
            if read == 0 {
                return Err(refused(request, answer));
            }
        }
    }
}

/// Where the body of an answer begins, once all of it is here.
fn body(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let length: usize = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    })?;
    (answer.len() == end + 4 + length).then_some(end + 4)
}

fn refused(request: &[u8], answer: &[u8]) -> Error {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let first_line = request
        .split(|&byte| byte == b'\r')
        .next()
        .unwrap_or_default();
    Error::Http {
        request: text(first_line),
        answer: text(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_until_the_whole_body_is_here() {
        let answer =
            b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
        for end in 0..answer.len() {
            assert_eq!(body(&answer[..end]), None, "only {end} bytes are here");
        }
        assert_eq!(
            body(answer).map(|begin| &answer[begin..]),
            Some(b"hello".as_slice())
        );
    }

    #[test]
    fn announces_the_body_s_length_in_bytes() {
        let request = String::from_utf8(request("localhost:1", "/x", "\"é\"")).unwrap();
        assert!(
            request.contains("Content-Length: 4\r\n\r\n\"é\""),
            "{request}"
        );
    }
}
