//! A relying party's stream of events, read line by line (HTML §9.2.6, of which `event` and `data`).

use reqwest::Response;

use super::link::{Away, away};

/// Most bytes of one event.
const MOST: usize = 16 * 1024;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
}

/// An open stream.
#[derive(Debug)]
pub(crate) struct News {
    response: Response,
    lines: Lines,
}

impl News {
    pub(super) fn new(response: Response) -> Self {
        Self {
            response,
            lines: Lines::default(),
        }
    }

    /// The next event; `None` when the relying party ended the stream. May be dropped and called
    /// again.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Away> {
        loop {
            if let Some(event) = self.lines.take() {
                return Ok(Some(event));
            }
            if self.lines.held() > MOST {
                return Err(Away("an event was too large".to_owned()));
            }
            match self.response.chunk().await.map_err(away)? {
                Some(chunk) => self.lines.add(&chunk),
                None => return Ok(None),
            }
        }
    }
}

/// What arrived and is no whole event yet.
#[derive(Debug, Default)]
struct Lines {
    bytes: Vec<u8>,
    name: String,
    data: Option<String>,
}

impl Lines {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn held(&self) -> usize {
        self.bytes.len() + self.name.len() + self.data.as_ref().map_or(0, String::len)
    }

    /// The next whole event. One without data is none.
    fn take(&mut self) -> Option<Event> {
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\n', '\r']);
            if line.is_empty() {
                let name = std::mem::take(&mut self.name);
                if let Some(data) = self.data.take() {
                    return Some(Event { name, data });
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => self.name = value.to_owned(),
                "data" => {
                    let data = self.data.get_or_insert_default();
                    if !data.is_empty() {
                        data.push('\n');
                    }
                    data.push_str(value);
                }
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = ": hello\n\nevent: beat\ndata: {\"a\":1}\n\nevent:push\r\ndata:x\r\ndata: y\r\n\r\nid: 7\n\nevent: half\ndata: z";

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn events_arrive_whole_however_they_are_cut() {
        for size in 1..TEXT.len() {
            let mut lines = Lines::default();
            let mut events = Vec::new();
            for chunk in TEXT.as_bytes().chunks(size) {
                lines.add(chunk);
                events.extend(std::iter::from_fn(|| lines.take()));
            }
            assert_eq!(
                events,
                [event("beat", "{\"a\":1}"), event("push", "x\ny")],
                "in pieces of {size} bytes"
            );
        }
    }

    #[test]
    fn an_event_that_never_ends_is_seen_growing() {
        let mut lines = Lines::default();
        for _ in 0..100 {
            lines.add(b"data: 0123456789\n");
            assert_eq!(lines.take(), None);
        }
        assert!(lines.held() > 1_000, "{}", lines.held());
        lines.add(&[b'x'; 3_000]);
        assert_eq!(lines.take(), None);
        assert!(lines.held() > 4_000, "{}", lines.held());
    }
}
