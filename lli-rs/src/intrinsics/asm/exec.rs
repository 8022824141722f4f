//! Running parsed templates.

use svm_memory::{GuestPtr, Memory};

use super::{Cond, Do, Output, Place, Program, Step};
use crate::machine::{Result, Trap};

#[derive(Default)]
struct Flags {
    carry: bool,
    zero: bool,
    sign: bool,
    overflow: bool,
    parity: bool,
}

struct Cpu<'a> {
    mem: &'a Memory,
    regs: Vec<u64>,
    flags: Flags,
}

const RAX: u8 = 0;
const RCX: u8 = 1;
const RDX: u8 = 2;
const RBX: u8 = 3;

pub(super) fn run(mem: &Memory, program: &Program, args: &[&[u64]], out: &mut [u64]) -> Result<()> {
    let mut cpu = Cpu { mem, regs: vec![0; program.registers], flags: Flags::default() };
    for (reg, arg) in program.inputs.iter().zip(args) {
        cpu.regs[usize::from(*reg)] = arg[0];
    }
    for step in &program.steps {
        cpu.step(step)?;
    }
    for ((output, bits), slot) in program.outputs.iter().zip(out) {
        let value = match *output {
            Output::Reg(reg) => cpu.regs[usize::from(reg)],
            Output::Flag(cond, positive) => u64::from(cpu.holds(cond) == positive),
        };
        *slot = if *bits < 64 { value & !(!0 << bits) } else { value };
    }
    Ok(())
}

fn mask(width: u8) -> u64 {
    u64::MAX >> (64 - u32::from(width) * 8)
}

impl Cpu<'_> {
    fn read(&self, place: Place, width: u8) -> Result<u64> {
        Ok(match place {
            Place::Reg(reg) => self.regs[usize::from(reg)] & mask(width),
            Place::Imm(value) => value & mask(width),
            Place::Mem(reg) => {
                let mut bytes = [0; 8];
                let at = GuestPtr::new(self.regs[usize::from(reg)]);
                self.mem.read(at, &mut bytes[..usize::from(width)])?;
                u64::from_le_bytes(bytes)
            }
        })
    }

    fn write(&mut self, place: Place, width: u8, value: u64) -> Result<()> {
        match place {
            Place::Reg(reg) => {
                let old = &mut self.regs[usize::from(reg)];
                // 32-bit results clear the upper half, narrower ones keep it.
                *old =
                    if width >= 4 { value & mask(width) } else { *old & !mask(width) | value & mask(width) };
            }
            Place::Imm(_) => {
                return Err(Trap::Unsupported("inline assembly that writes to a constant".into()));
            }
            Place::Mem(reg) => {
                let at = GuestPtr::new(self.regs[usize::from(reg)]);
                self.mem.write(at, &value.to_le_bytes()[..usize::from(width)])?;
            }
        }
        Ok(())
    }

    fn holds(&self, cond: Cond) -> bool {
        let f = &self.flags;
        match cond {
            Cond::O => f.overflow,
            Cond::B => f.carry,
            Cond::E => f.zero,
            Cond::Be => f.carry || f.zero,
            Cond::S => f.sign,
            Cond::P => f.parity,
            Cond::L => f.sign != f.overflow,
            Cond::Le => f.zero || f.sign != f.overflow,
        }
    }

    fn result_flags(&mut self, value: u64, width: u8) {
        self.flags.zero = value & mask(width) == 0;
        self.flags.sign = value >> (u32::from(width) * 8 - 1) & 1 != 0;
        self.flags.parity = (value as u8).count_ones().is_multiple_of(2);
    }

    fn add(&mut self, a: u64, b: u64, carry: bool, width: u8) -> u64 {
        let sum = u128::from(a) + u128::from(b) + u128::from(carry);
        let value = sum as u64 & mask(width);
        self.result_flags(value, width);
        self.flags.carry = sum > u128::from(mask(width));
        self.flags.overflow = ((a ^ value) & (b ^ value)) >> (u32::from(width) * 8 - 1) & 1 != 0;
        value
    }

    fn sub(&mut self, a: u64, b: u64, borrow: bool, width: u8) -> u64 {
        let value = a.wrapping_sub(b).wrapping_sub(u64::from(borrow)) & mask(width);
        self.result_flags(value, width);
        self.flags.carry = u128::from(a) < u128::from(b) + u128::from(borrow);
        self.flags.overflow = ((a ^ b) & (a ^ value)) >> (u32::from(width) * 8 - 1) & 1 != 0;
        value
    }

    fn step(&mut self, step: &Step) -> Result<()> {
        let (w, p) = (step.width, &step.places);
        match step.what {
            Do::Mov => {
                let value = self.read(p[0], w)?;
                self.write(p[1], w, value)
            }
            Do::Add | Do::Adc | Do::Sub | Do::Sbb | Do::Cmp => self.sum(step),
            Do::And | Do::Or | Do::Xor | Do::Test => self.logic(step),
            Do::Not | Do::Neg | Do::Inc | Do::Dec | Do::Bswap => self.one(step),
            Do::Mul | Do::IMul | Do::Div => self.product(step),
            Do::Shl | Do::Shr | Do::Sar | Do::Rol | Do::Ror => self.shift(step),
            Do::Bsf | Do::Bsr | Do::TzCnt | Do::LzCnt | Do::PopCnt => self.count(step),
            Do::Xchg | Do::Xadd | Do::CmpXchg => self.exchange(step),
            Do::Cmov(cond, positive) => {
                let value = self.read(p[0], w)?;
                let value = if self.holds(cond) == positive { value } else { self.read(p[1], w)? };
                self.write(p[1], w, value)
            }
            Do::Set(cond, positive) => {
                let value = u64::from(self.holds(cond) == positive);
                self.write(p[0], 1, value)
            }
            Do::Cpuid => self.cpuid(),
            Do::Xgetbv => self.pair(RAX, 3, RDX, 0),
            Do::Rdtsc => {
                let now = super::cycles();
                self.pair(RAX, now & mask(4), RDX, now >> 32)
            }
        }
    }

    fn pair(&mut self, a: u8, x: u64, b: u8, y: u64) -> Result<()> {
        self.regs[usize::from(a)] = x;
        self.regs[usize::from(b)] = y;
        Ok(())
    }

    fn sum(&mut self, step: &Step) -> Result<()> {
        let (w, dst) = (step.width, step.places[1]);
        let (b, a) = (self.read(step.places[0], w)?, self.read(dst, w)?);
        let carry = self.flags.carry;
        let value = match step.what {
            Do::Add => self.add(a, b, false, w),
            Do::Adc => self.add(a, b, carry, w),
            Do::Sbb => self.sub(a, b, carry, w),
            _ => self.sub(a, b, false, w),
        };
        if step.what == Do::Cmp { Ok(()) } else { self.write(dst, w, value) }
    }

    fn logic(&mut self, step: &Step) -> Result<()> {
        let (w, dst) = (step.width, step.places[1]);
        let (b, a) = (self.read(step.places[0], w)?, self.read(dst, w)?);
        let value = match step.what {
            Do::Or => a | b,
            Do::Xor => a ^ b,
            _ => a & b,
        };
        self.result_flags(value, w);
        (self.flags.carry, self.flags.overflow) = (false, false);
        if step.what == Do::Test { Ok(()) } else { self.write(dst, w, value) }
    }

    fn one(&mut self, step: &Step) -> Result<()> {
        let (w, dst) = (step.width, step.places[0]);
        let a = self.read(dst, w)?;
        let carry = self.flags.carry;
        let value = match step.what {
            Do::Not => !a,
            Do::Bswap => a.swap_bytes() >> (64 - u32::from(w) * 8),
            Do::Neg => self.sub(0, a, false, w),
            Do::Inc => self.add(a, 1, false, w),
            _ => self.sub(a, 1, false, w),
        };
        if matches!(step.what, Do::Inc | Do::Dec) {
            self.flags.carry = carry;
        }
        self.write(dst, w, value)
    }

    fn product(&mut self, step: &Step) -> Result<()> {
        let (w, bits) = (step.width, u32::from(step.width) * 8);
        let p = &step.places;
        if w == 1 {
            return Err(Trap::Unsupported("inline assembly: byte multiplication or division".into()));
        }
        let extend = |v: u64| i128::from((v << (64 - bits)) as i64 >> (64 - bits));
        if step.what == Do::IMul && p.len() > 1 {
            let a = extend(self.read(p[0], w)?);
            let b = extend(self.read(p[1], w)?);
            let value = a * b;
            self.flags.carry = extend(value as u64 & mask(w)) != value;
            self.flags.overflow = self.flags.carry;
            return self.write(p[p.len() - 1], w, value as u64);
        }
        let (operand, low) = (self.read(p[0], w)?, self.read(Place::Reg(RAX), w)?);
        let (low, high) = match step.what {
            Do::Div => {
                let high = self.read(Place::Reg(RDX), w)?;
                let value = u128::from(high) << bits | u128::from(low);
                let operand = u128::from(operand);
                let quotient = value.checked_div(operand).ok_or(Trap::DivideByZero)?;
                if quotient > u128::from(mask(w)) {
                    return Err(Trap::DivideOverflow);
                }
                (quotient as u64, (value % operand) as u64)
            }
            Do::Mul => {
                let value = u128::from(low) * u128::from(operand);
                (value as u64, (value >> bits) as u64)
            }
            _ => {
                let value = extend(low) * extend(operand);
                (value as u64, (value >> bits) as u64)
            }
        };
        self.flags.carry = high & mask(w) != 0;
        self.flags.overflow = self.flags.carry;
        self.write(Place::Reg(RAX), w, low)?;
        self.write(Place::Reg(RDX), w, high)
    }

    fn shift(&mut self, step: &Step) -> Result<()> {
        let (w, bits) = (step.width, u32::from(step.width) * 8);
        let p = &step.places;
        let (count, dst) = match p.len() {
            1 => (1, p[0]),
            _ => (self.read(p[0], 1)?, p[1]),
        };
        let n = count as u32 & if w == 8 { 63 } else { 31 };
        let a = self.read(dst, w)?;
        if n == 0 {
            return Ok(());
        }
        let rotated = |n: u32| (a << (n % bits) | a.checked_shr(bits - n % bits).unwrap_or(0)) & mask(w);
        let signed = (a << (64 - bits)) as i64 >> (64 - bits);
        let (value, carry) = match step.what {
            Do::Shl => (if n < bits { a << n } else { 0 }, n <= bits && a >> (bits - n) & 1 != 0),
            Do::Shr => (if n < bits { a >> n } else { 0 }, a >> (n - 1).min(63) & 1 != 0),
            Do::Sar => ((signed >> n.min(63)) as u64, signed >> (n - 1).min(63) & 1 != 0),
            Do::Rol => (rotated(n), rotated(n) & 1 != 0),
            _ => (rotated(bits - n % bits), rotated(bits - n % bits) >> (bits - 1) & 1 != 0),
        };
        self.flags.carry = carry;
        if matches!(step.what, Do::Shl | Do::Shr | Do::Sar) {
            self.result_flags(value, w);
        }
        self.write(dst, w, value)
    }

    fn count(&mut self, step: &Step) -> Result<()> {
        let (w, bits) = (step.width, u32::from(step.width) * 8);
        let a = self.read(step.places[0], w)?;
        let leading = a.leading_zeros() - (64 - bits);
        self.flags.zero = a == 0;
        self.flags.carry = a == 0;
        let value = match step.what {
            // Zero leaves the destination of the scans as it was.
            Do::Bsf | Do::Bsr if a == 0 => return Ok(()),
            Do::Bsr => bits - 1 - leading,
            Do::LzCnt => leading,
            Do::PopCnt => a.count_ones(),
            _ => a.trailing_zeros().min(bits),
        };
        self.write(step.places[1], w, u64::from(value))
    }

    fn exchange(&mut self, step: &Step) -> Result<()> {
        let (w, p) = (step.width, &step.places);
        let (a, b) = (self.read(p[0], w)?, self.read(p[1], w)?);
        match step.what {
            Do::Xchg => {
                self.write(p[1], w, a)?;
                self.write(p[0], w, b)
            }
            Do::Xadd => {
                let sum = self.add(a, b, false, w);
                self.write(p[0], w, b)?;
                self.write(p[1], w, sum)
            }
            _ => {
                let expected = self.read(Place::Reg(RAX), w)?;
                self.sub(expected, b, false, w);
                if expected == b { self.write(p[1], w, a) } else { self.write(Place::Reg(RAX), w, b) }
            }
        }
    }

    /// A plain x86-64: SSE2 and nothing beyond it.
    fn cpuid(&mut self) -> Result<()> {
        const EDX: u64 = 1 | 1 << 4 | 1 << 8 | 1 << 15 | 1 << 23 | 1 << 24 | 1 << 25 | 1 << 26;
        let leaf = self.regs[usize::from(RAX)] as u32;
        let text = |s: &[u8; 4]| u64::from(u32::from_le_bytes(*s));
        let (a, b, c, d) = match leaf {
            0 => (1, text(b"Genu"), text(b"ntel"), text(b"ineI")),
            1 => (0x0f00, 0, 0, EDX),
            0x8000_0000 => (0x8000_0001, 0, 0, 0),
            0x8000_0001 => (0, 0, 1, 1 << 29 | 1 << 11),
            _ => (0, 0, 0, 0),
        };
        self.pair(RAX, a, RBX, b)?;
        self.pair(RCX, c, RDX, d)
    }
}
