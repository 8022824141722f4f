//! The folder: who owns it, reading and writing files in it, keeping it from growing without end.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, Dir, Mode, OFlags, Stat};

use super::{Key, pack, unpack};

/// Bytes that the files may take together; when there are more, the oldest ones go.
const LARGEST: u64 = 256 << 20;

/// An open folder that is the user's own.
#[derive(Debug)]
pub struct Folder {
    fd: OwnedFd,
    /// Objects found.
    hits: AtomicU64,
    /// Objects that were not there, or damaged.
    misses: AtomicU64,
}

/// Where the cache is if no folder is named: `$XDG_CACHE_HOME/svm`, else `~/.cache/svm`.
pub fn default_path() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("svm"))
}

fn refused(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, format!("{}: {why}", path.display()))
}

/// Whether it is the user's own and nobody else can write it.
fn is_private(stat: &Stat) -> bool {
    stat.st_uid == rustix::process::geteuid().as_raw() && stat.st_mode & 0o022 == 0
}

impl Folder {
    /// Opens the folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// It cannot be made or opened, belongs to another user, or others may write it.
    pub fn open(path: &Path) -> io::Result<Folder> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        match rustix::fs::mkdir(path, Mode::RWXU) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(e) => return Err(e.into()),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::open(path, flags, Mode::empty())?;
        if !is_private(&rustix::fs::fstat(&fd)?) {
            return Err(refused(path, "a cache of code must be the user's own, and nobody else's to write"));
        }
        let folder = Folder { fd, hits: AtomicU64::new(0), misses: AtomicU64::new(0) };
        folder.shrink(LARGEST);
        Ok(folder)
    }

    /// The object under a key, if it is there and undamaged.
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let found = self.read(&key.name()).ok().and_then(|file| unpack(key, &file).map(<[u8]>::to_vec));
        let count = if found.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// The same for what is no code: not counted.
    pub(crate) fn get_hint(&self, key: &Key) -> Option<Vec<u8>> {
        let file = self.read(&key.name()).ok()?;
        unpack(key, &file).map(<[u8]>::to_vec)
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::empty())?;
        let stat = rustix::fs::fstat(&fd)?;
        let regular = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
        if !regular || !is_private(&stat) || stat.st_size as u64 > LARGEST {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut bytes = Vec::new();
        std::fs::File::from(fd).take(LARGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Keeps an object. What cannot be written is compiled again next time.
    pub fn put(&self, key: &Key, bytes: &[u8]) {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = format!(".{}.{number}.{}", std::process::id(), key.name());
        if self.write(&temporary, &pack(key, bytes), &key.name()).is_err() {
            let _ = rustix::fs::unlinkat(&self.fd, temporary, AtFlags::empty());
        }
    }

    fn write(&self, temporary: &str, bytes: &[u8], name: &str) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, temporary, flags, Mode::RUSR | Mode::WUSR)?;
        std::fs::File::from(fd).write_all(bytes)?;
        Ok(rustix::fs::renameat(&self.fd, temporary, &self.fd, name)?)
    }

    /// Objects found, and looked for in vain.
    pub fn counts(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }

    /// Removes the files that were written first until half of the limit is left, if it is exceeded.
    fn shrink(&self, limit: u64) {
        let Ok(dir) = Dir::read_from(&self.fd) else { return };
        let mut files = Vec::new();
        for entry in dir.flatten() {
            let name = entry.file_name().to_owned();
            let Ok(stat) = rustix::fs::statat(&self.fd, &name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            if rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file() {
                files.push(((stat.st_mtime, stat.st_mtime_nsec), stat.st_size as u64, name));
            }
        }
        let mut total: u64 = files.iter().map(|f| f.1).sum();
        if total <= limit {
            return;
        }
        files.sort();
        for (_, size, name) in files {
            if total <= limit / 2 {
                break;
            }
            let _ = rustix::fs::unlinkat(&self.fd, name, AtFlags::empty());
            total -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("svm-cache-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        path
    }

    fn chmod(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_put_is_found_by_who_opens_it_next() {
        let path = scratch("found").join("deeper");
        let (key, other) = (Key::of(&[b"a"]), Key::of(&[b"b"]));
        Folder::open(&path).unwrap().put(&key, b"object");
        let folder = Folder::open(&path).unwrap();
        assert_eq!(folder.get(&key).as_deref(), Some(&b"object"[..]));
        assert_eq!(folder.get(&other), None);
        assert_eq!(folder.counts(), (1, 1));
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1, "no other file is left");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn damaged_foreign_and_linked_files_are_not_used() {
        let path = scratch("damaged");
        let folder = Folder::open(&path).unwrap();
        let key = Key::of(&[b"a"]);
        let file = path.join(key.name());
        folder.put(&key, b"object");
        let good = std::fs::read(&file).unwrap();
        std::fs::write(&file, &good[..good.len() - 1]).unwrap();
        assert_eq!(folder.get(&key), None);
        folder.put(&key, b"object");
        assert!(folder.get(&key).is_some(), "written anew");
        chmod(&file, 0o622);
        assert_eq!(folder.get(&key), None, "others may write it");
        std::fs::remove_file(&file).unwrap();
        std::fs::write(path.join("elsewhere"), &good).unwrap();
        std::os::unix::fs::symlink(path.join("elsewhere"), &file).unwrap();
        assert_eq!(folder.get(&key), None, "a link");
        std::fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn folders_that_others_may_write_are_refused() {
        let path = scratch("open");
        std::fs::create_dir(&path).unwrap();
        chmod(&path, 0o777);
        let error = Folder::open(&path).unwrap_err();
        assert!(error.to_string().contains("user's own"), "{error}");
        chmod(&path, 0o700);
        let link = scratch("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(Folder::open(&link).is_err());
        std::fs::remove_file(&link).unwrap();
        std::fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let path = scratch("many");
        let folder = Folder::open(&path).unwrap();
        let keys: Vec<Key> = (0u8..10).map(|n| Key::of(&[&[n]])).collect();
        for (key, age) in keys.iter().zip((0..10).rev()) {
            folder.put(key, &[0; 1000]);
            let time = std::time::SystemTime::now() - std::time::Duration::from_secs(age * 100);
            let file = std::fs::File::options().write(true).open(path.join(key.name())).unwrap();
            file.set_modified(time).unwrap();
        }
        folder.shrink(8000);
        let left: Vec<bool> = keys.iter().map(|k| folder.get(k).is_some()).collect();
        assert_eq!(left, [false, false, false, false, false, false, false, true, true, true]);
        std::fs::remove_dir_all(&path).unwrap();
    }
}
