//! Reading numbers and bytes off a slice, each in its one shortest form.

use super::GateError;

/// What is left to read.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], GateError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(GateError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], GateError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(GateError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, GateError> {
        self.array::<1>().map(|[b]| b)
    }

    /// Unsigned LEB128 of at most 64 bits, shortest form only.
    pub(super) fn unsigned(&mut self) -> Result<u64, GateError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(GateError::Number);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if shift > 0 && byte == 0 { Err(GateError::Number) } else { Ok(value) };
            }
        }
        Err(GateError::Number)
    }

    /// Signed LEB128 of at most 64 bits, shortest form only.
    pub(super) fn signed(&mut self) -> Result<i64, GateError> {
        let mut value = 0i64;
        let mut previous = 0u8;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f).wrapping_shl(shift);
            if byte & 0x80 != 0 {
                previous = byte;
                continue;
            }
            let sign_only = byte == 0 || byte == 0x7f;
            let extends = (byte == 0 && previous & 0x40 == 0) || (byte == 0x7f && previous & 0x40 != 0);
            if (shift == 63 && !sign_only) || (shift > 0 && extends) {
                return Err(GateError::Number);
            }
            if shift < 57 && byte & 0x40 != 0 {
                value |= -1i64 << (shift + 7);
            }
            return Ok(value);
        }
        Err(GateError::Number)
    }
}
