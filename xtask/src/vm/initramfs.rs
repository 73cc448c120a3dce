//! The first file system of the guest: busybox, the modules in their order, and `init.sh`.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::vm::kernel::Kernel;
use crate::vm::modules::Modules;

/// What the guest needs to see the host's files: virtio over PCI, 9p, the overlay.
const FILES: [&str; 4] = ["virtio_pci", "9pnet_virtio", "9p", "overlay"];

const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const DATA: u32 = 0o100_644;

/// Writes the archive that the kernel unpacks, with `modules` besides those for the host's files.
pub fn write(kernel: &Kernel, modules: &[String], path: &Path) -> Result<(), Failure> {
    let mut names = FILES.to_vec();
    names.extend(modules.iter().map(String::as_str));
    let modules = Modules::find(&kernel.modules())?.ordered(&names)?;

    let busybox = kernel.busybox();
    let busybox = fs::read(&busybox).map_err(Failure::file(&busybox))?;
    let mut archive = Archive::default();
    for folder in [
        "bin", "proc", "sys", "dev", "host", "memory", "newroot", "modules",
    ] {
        archive.add(folder, FOLDER, b"");
    }
    archive.add("bin/busybox", PROGRAM, &busybox);
    archive.add("init", PROGRAM, include_bytes!("init.sh"));
    let mut order = String::new();
    for module in &modules {
        archive.add(&format!("modules/{}", module.name), DATA, &module.code);
        order.push_str(&module.name);
        order.push('\n');
    }
    archive.add("modules/order", DATA, order.as_bytes());
    fs::write(path, archive.end()).map_err(Failure::file(path))
}

/// A cpio archive of the form "newc", as the kernel's Documentation/driver-api/early-userspace
/// describes it.
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    entries: usize,
}

impl Archive {
    fn add(&mut self, name: &str, mode: u32, content: &[u8]) {
        self.entries += 1;
        let (links, zero) = (1, 0);
        let fields = [
            self.entries as u32,
            mode,
            zero, // user
            zero, // group
            links,
            zero, // time of change
            content.len() as u32,
            zero, // device, in four numbers
            zero,
            zero,
            zero,
            name.len() as u32 + 1,
            zero, // check sum, of another form only
        ];
        self.bytes.extend(b"070701");
        for field in fields {
            self.bytes.extend(format!("{field:08x}").as_bytes());
        }
        self.bytes.extend(name.as_bytes());
        self.bytes.push(0);
        self.align();
        self.bytes.extend(content);
        self.align();
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn end(mut self) -> Vec<u8> {
        self.add("TRAILER!!!", 0, b"");
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_each_entry_at_a_multiple_of_four() {
        let mut archive = Archive::default();
        archive.add("a", FOLDER, b"");
        archive.add("a/odd", DATA, b"12345");
        let bytes = archive.end();
        assert_eq!(bytes.len() % 4, 0);
        let text = String::from_utf8_lossy(&bytes);
        let heads: Vec<usize> = text.match_indices("070701").map(|(at, _)| at).collect();
        // Head of 110 bytes and the name "a" with its zero; then "a/odd", five bytes of content.
        assert_eq!(heads, [0, 112, 112 + 116 + 8]);
        assert_eq!(&text[heads[1] + 6 + 6 * 8..][..8], "00000005", "its length");
        assert_eq!(
            &text[heads[1] + 6 + 11 * 8..][..8],
            "00000006",
            "its name's"
        );
    }
}
