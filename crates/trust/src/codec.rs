//! Hand encoding of signed bytes: little-endian integers, counted lists, length-prefixed bytes; nothing else.

use crate::item::Malformed;

/// Reads fields from the front of a byte slice; every read is bounded by what is there.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(Malformed::Short)?;
        self.rest = rest;
        Ok(head)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed::Short)
    }

    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A `u32` length and that many bytes, at most `limit`.
    pub fn bytes(&mut self, limit: usize) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.u32()?).map_err(|_| Malformed::Limit)?;
        if length > limit {
            return Err(Malformed::Limit);
        }
        self.take(length)
    }

    /// A `u16` count, at most `limit`, and that many items.
    pub fn list<T>(
        &mut self,
        limit: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = usize::from(self.u16()?);
        if count > limit {
            return Err(Malformed::Limit);
        }
        // Room for what the bytes can hold, whatever they claim.
        let room = self.rest.len() / size_of::<T>().max(1);
        let mut items = Vec::with_capacity(count.min(room));
        for _ in 0..count {
            items.push(read(self)?);
        }
        Ok(items)
    }

    /// A list that must be strictly ascending: one meaning, one encoding.
    pub fn set<T: Ord>(
        &mut self,
        limit: usize,
        read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let items = self.list(limit, read)?;
        if items.windows(2).all(|pair| pair[0] < pair[1]) { Ok(items) } else { Err(Malformed::Unsorted) }
    }

    /// Everything not read yet.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// Ends reading: bytes left over are an error.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::Trailing) }
    }
}

/// Appends fields to a byte vector, the inverse of [`Reader`].
pub(crate) trait Put {
    fn put_bytes(&mut self, bytes: &[u8]);
    fn put_count(&mut self, count: usize);
}

impl Put for Vec<u8> {
    fn put_bytes(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.extend_from_slice(&length.to_le_bytes());
        self.extend_from_slice(bytes);
    }

    /// Callers keep counts within the limits; a larger one would saturate and fail to decode, never truncate.
    fn put_count(&mut self, count: usize) {
        self.extend_from_slice(&u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes());
    }
}
