//! What a person may ask of the virtual machine.

use std::time::Duration;

/// What `cargo xtask vm --help` prints.
pub const HELP: &str = "\
Runs a command in a virtual machine: cargo xtask vm [OPTIONS] -- COMMAND [ARGUMENT...]

The machine shows this one's files as they are. What the command writes is gone afterwards, but for
the folder in TOUCHSTONE_VM_EXCHANGE. It is root there, may plug keys in through /dev/uhid, and has
no network beside the loopback. Of the environment it sees PATH, HOME, LANG and what begins with
TOUCHSTONE_ or RUST_.

  --memory MIB        how much memory the machine has (1024)
  --modules \"A B\"     kernel modules to load besides uhid and hid-generic
  --udev              start udevd in it
  --timeout SECONDS   how long it may take, start and end included (300)

The command's exit code comes back; 124 says that the time was up, 125 that the machine failed.";

/// One run of the virtual machine.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// MiB.
    pub memory: u32,
    /// Kernel modules to load before the command starts, in this order.
    pub modules: Vec<String>,
    /// Whether udevd runs.
    pub udev: bool,
    /// From the machine's start to its end.
    pub timeout: Duration,
    /// The program and its arguments.
    pub command: Vec<String>,
}

impl Options {
    /// Reads the words after `vm`. The error is a sentence for the person who typed them.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            memory: 1024,
            modules: vec!["uhid".into(), "hid-generic".into()],
            udev: false,
            timeout: Duration::from_secs(300),
            command: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .copied()
                    .ok_or(format!("`{word}` wants a value."))
            };
            match word {
                "--" => {
                    options.command = words.map(|&word| word.to_owned()).collect();
                    break;
                }
                "--memory" => options.memory = number(word, value()?, 256)?,
                "--timeout" => {
                    let seconds = number(word, value()?, 1)?;
                    options.timeout = Duration::from_secs(seconds.into());
                }
                "--modules" => {
                    let named = value()?.split_whitespace().map(str::to_owned);
                    options.modules.extend(named);
                }
                "--udev" => options.udev = true,
                _ => {
                    return Err(format!(
                        "`{word}` is not an option. Put `--` before COMMAND."
                    ));
                }
            }
        }
        if options.command.is_empty() {
            return Err("Which command? It stands behind `--`.".into());
        }
        Ok(options)
    }
}

fn number(option: &str, text: &str, least: u32) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|number| *number >= least)
        .ok_or(format!(
            "`{option}` wants a whole number from {least} on, not `{text}`."
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_command_as_it_stands_behind_the_dashes() {
        let options = Options::parse(&["--", "sh", "-c", "echo --udev -- x"]).unwrap();
        assert_eq!(options.command, ["sh", "-c", "echo --udev -- x"]);
        assert!(!options.udev, "it is the command's own word");
        let nested = Options::parse(&["--", "--", "--memory"]).unwrap();
        assert_eq!(nested.command, ["--", "--memory"]);
    }

    #[test]
    fn reads_every_option_and_keeps_the_modules_that_keys_need() {
        let words = [
            "--memory",
            "4096",
            "--modules",
            " vhci-hcd  usbhid ",
            "--udev",
            "--timeout",
            "600",
            "--",
            "id",
        ];
        let options = Options::parse(&words).unwrap();
        assert_eq!((options.memory, options.udev), (4096, true));
        assert_eq!(
            options.modules,
            ["uhid", "hid-generic", "vhci-hcd", "usbhid"]
        );
        assert_eq!(options.timeout, Duration::from_secs(600));
    }

    #[test]
    fn says_what_is_wrong_with_the_words() {
        for (words, said) in [
            (&[][..], "Which command?"),
            (&["--"][..], "Which command?"),
            (&["uname"][..], "`uname` is not an option"),
            (&["--memory"][..], "`--memory` wants a value"),
            (&["--memory", "64", "--", "id"][..], "from 256 on"),
            (&["--timeout", "0", "--", "id"][..], "from 1 on"),
            (&["--timeout", "-1", "--", "id"][..], "not `-1`"),
        ] {
            let refused = Options::parse(words).unwrap_err();
            assert!(refused.contains(said), "{words:?}: {refused}");
        }
    }
}
