//! The kernel's modules: which file holds one, and what must be loaded before it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::shell;

/// All modules of one kernel, by name.
pub struct Modules {
    files: HashMap<String, PathBuf>,
    builtin: String,
}

/// One module, ready to be loaded.
pub struct Module {
    /// Its name, with `_` for `-`.
    pub name: String,
    /// The ELF file.
    pub code: Vec<u8>,
}

impl Modules {
    /// Looks through a kernel's folder of modules.
    pub fn find(folder: &Path) -> Result<Self, Failure> {
        let list = folder.join("modules.builtin");
        let builtin = fs::read_to_string(&list).map_err(Failure::file(&list))?;
        let mut files = HashMap::new();
        let mut folders = vec![folder.join("kernel")];
        while let Some(folder) = folders.pop() {
            let listing = fs::read_dir(&folder).map_err(Failure::file(&folder))?;
            for path in listing.flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(name) = name_of(&path) {
                    files.insert(name, path);
                }
            }
        }
        Ok(Self { files, builtin })
    }

    /// The modules of these names with all they depend on, in the order in which to load them.
    /// What is part of the kernel itself is left out.
    pub fn ordered(&self, names: &[&str]) -> Result<Vec<Module>, Failure> {
        let mut ordered = Vec::new();
        for name in names {
            self.add(&canonical(name), &mut ordered)?;
        }
        Ok(ordered)
    }

    fn add(&self, name: &str, ordered: &mut Vec<Module>) -> Result<(), Failure> {
        if ordered.iter().any(|module| module.name == name) || self.is_builtin(name) {
            return Ok(());
        }
        let Some(path) = self.files.get(name) else {
            return Err(Failure::Absent {
                program: format!("the kernel module {name}"),
                advice: "The virtual machine's kernel knows no module of this name.".into(),
            });
        };
        let code = read(path)?;
        for needed in depends(&code) {
            self.add(&canonical(&needed), ordered)?;
        }
        ordered.push(Module {
            name: name.to_owned(),
            code,
        });
        Ok(())
    }

    fn is_builtin(&self, name: &str) -> bool {
        let paths = self.builtin.lines().map(Path::new);
        paths.filter_map(name_of).any(|builtin| builtin == name)
    }
}

/// The name of the module in a file `NAME.ko`, perhaps compressed.
fn name_of(path: &Path) -> Option<String> {
    let file = path.file_name()?.to_str()?;
    let (name, end) = file.split_once(".ko")?;
    matches!(end, "" | ".xz" | ".zst" | ".gz").then(|| canonical(name))
}

fn canonical(name: &str) -> String {
    name.replace('-', "_")
}

/// A module's ELF file, unpacked.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unpack = match path.extension().and_then(|end| end.to_str()) {
        Some("xz") => "xz",
        Some("zst") => "zstd",
        Some("gz") => "gzip",
        _ => return fs::read(path).map_err(Failure::file(path)),
    };
    let output = shell::command(unpack).arg("-dc").arg(path).output();
    match output {
        Ok(output) if output.status.success() => Ok(output.stdout),
        _ => Err(Failure::Absent {
            program: unpack.into(),
            advice: format!("It unpacks {}.", path.display()),
        }),
    }
}

/// The names behind `depends=` in a module's `.modinfo`, whose entries end with a zero byte.
fn depends(code: &[u8]) -> Vec<String> {
    const KEY: &[u8] = b"\0depends=";
    let Some(at) = code.windows(KEY.len()).position(|window| window == KEY) else {
        return Vec::new();
    };
    let value = code[at + KEY.len()..].split(|byte| *byte == 0).next();
    String::from_utf8_lossy(value.unwrap_or_default())
        .split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel's folder with these modules: file, and its `depends=`.
    fn kernel(name: &str, modules: &[(&str, &str)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("touchstone-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("kernel/drivers/hid")).unwrap();
        fs::write(folder.join("modules.builtin"), "kernel/fs/fuse/fuse.ko\n").unwrap();
        for (file, needed) in modules {
            let code = format!("\x7fELF\0license=GPL\0depends={needed}\0name=x\0");
            fs::write(folder.join("kernel/drivers/hid").join(file), code).unwrap();
        }
        folder
    }

    fn order(folder: &Path, names: &[&str]) -> Result<Vec<String>, Failure> {
        let ordered = Modules::find(folder)?.ordered(names)?;
        Ok(ordered.into_iter().map(|module| module.name).collect())
    }

    #[test]
    fn puts_what_a_module_needs_before_it_and_each_once() {
        let folder = kernel(
            "order",
            &[
                ("hid.ko", ""),
                ("uhid.ko", "hid"),
                ("hid-generic.ko", "hid"),
                ("a.ko", "uhid,fuse,hid-generic"),
            ],
        );
        assert_eq!(
            order(&folder, &["a", "uhid"]).unwrap(),
            ["hid", "uhid", "hid_generic", "a"]
        );
        assert_eq!(
            order(&folder, &["hid_generic", "hid-generic"]).unwrap(),
            ["hid", "hid_generic"],
            "both spellings are one module"
        );
        assert!(
            order(&folder, &["fuse"]).unwrap().is_empty(),
            "it is part of the kernel"
        );
        let refused = order(&folder, &["nothing"]).unwrap_err().to_string();
        assert!(refused.contains("the kernel module nothing"), "{refused}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn knows_modules_by_their_files() {
        for (file, name) in [
            ("a/uhid.ko", Some("uhid")),
            ("hid-generic.ko.zst", Some("hid_generic")),
            ("9p.ko.xz", Some("9p")),
            ("modules.order", None),
            ("x.ko.sig", None),
        ] {
            assert_eq!(name_of(Path::new(file)).as_deref(), name, "{file}");
        }
    }
}
