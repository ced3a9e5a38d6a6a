//! Lines of a trace, one after the other.

use super::fields::{self, parse_number, parse_register, parse_time, parse_word, Place};
use crate::exit::{gpr, info, Exit};
use crate::hypercall::SELF_VP;
use crate::state::{Config, Partition};
use crate::vocabulary::{kind, Origin, Site};
use std::iter::Peekable;
use std::str::SplitAsciiWhitespace;

const VERSION: &str = "vtlcheck-trace 2";
const MOST_VPS: u32 = 64;

/// What a line says.
pub enum Said {
    /// Something that no answer is due to.
    Nothing,
    /// The greeting of the subject protocol.
    Hello,
    Exit(Box<Exit>),
    /// The state is asked for.
    State,
}

/// Reads a trace line by line and keeps the partition that it is about.
#[derive(Default)]
pub struct Reader {
    config: Option<Config>,
    partition: Option<Partition>,
}

type Read<T> = Result<T, String>;
type Words<'a> = Peekable<SplitAsciiWhitespace<'a>>;

fn wrong(what: &str, word: &str) -> String {
    format!("{what} '{word}' is none; see docs/trace-format.md")
}

/// A line without its comment.
pub fn statement(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

/// The line of an exit without outcome and comment.
pub fn question(line: &str) -> &str {
    let text = statement(line);
    text.split(" ->").next().unwrap_or(text)
}

/// Stores `name=value` words in the fields that `find` knows.
fn each<T>(words: Words, target: &mut T, find: for<'a> fn(&'a mut T, &str) -> Option<Place<'a>>) -> Read<()> {
    for word in words.take_while(|word| *word != "->") {
        let (name, value) = word.split_once('=').ok_or_else(|| wrong("field", word))?;
        let place = find(target, name).ok_or_else(|| wrong("field name", name))?;
        place.store(value).ok_or_else(|| wrong("value of field", word))?;
    }
    Ok(())
}

impl Reader {
    /// Reads a line. An exit is of a VP that exists.
    pub fn read(&mut self, line: &str) -> Read<Said> {
        let text = statement(line);
        let mut words = text.split_ascii_whitespace().peekable();
        match words.next() {
            None => {}
            Some("vtlcheck-subject") => return Ok(Said::Hello),
            Some("state") => return Ok(Said::State),
            Some("vtlcheck-trace") => self.version(text)?,
            Some("config") => self.config_line(words)?,
            Some("start") => self.start_line(words)?,
            Some(vp) => return self.exit_line(vp, words).map(|exit| Said::Exit(Box::new(exit))),
        }
        Ok(Said::Nothing)
    }

    fn version(&mut self, text: &str) -> Read<()> {
        if text.split_ascii_whitespace().ne(VERSION.split_ascii_whitespace()) {
            return Err(format!("'{text}' is no version that is known; use '{VERSION}'"));
        }
        *self = Reader { config: Some(Config::default()), partition: None };
        Ok(())
    }

    fn config_line(&mut self, words: Words) -> Read<()> {
        let mut config = match (self.config, &self.partition) {
            (Some(config), None) => config,
            _ => return Err("'config' comes after the version and before 'start' and exits".into()),
        };
        each(words, &mut config, fields::config)?;
        if config.vps > MOST_VPS {
            return Err(format!("vps is {}; a trace has at most {MOST_VPS}", config.vps));
        }
        if let Some(error) = config.error() {
            return Err(error);
        }
        self.config = Some(config);
        Ok(())
    }

    /// The partition of the trace, which begins where it is first asked for.
    pub fn started(&mut self) -> Read<&mut Partition> {
        let config = self.config.ok_or_else(|| format!("the first line is '{VERSION}'"))?;
        Ok(self.partition.get_or_insert_with(|| Partition::reset(config)))
    }

    fn start_line(&mut self, mut words: Words) -> Read<()> {
        let partition = self.started()?;
        let scope = words.next().unwrap_or_default();
        let part = words.next_if(|word| !word.contains('='));
        if scope == "partition" {
            return match part {
                None => each(words, &mut partition.vsm, fields::PARTITION.find),
                Some(part) => {
                    let vtl = vtl_number(part)?;
                    each(words, &mut partition.vtl[vtl], fields::PARTITION_VTL.find)
                }
            };
        }
        let at = vp_number(scope, partition.config.vps)? as usize;
        let state = &mut partition.vps[at].state;
        match part {
            None => each(words, &mut state.vp, fields::VP.find),
            Some("slot") => each(words, &mut partition.slots[at], fields::SLOT.find),
            Some(part) => {
                let vtl = vtl_number(part)?;
                each(words, &mut state.vtl[vtl], fields::VTL.find)
            }
        }
    }

    fn exit_line(&mut self, vp: &str, mut words: Words) -> Read<Exit> {
        let vps = self.started()?.config.vps;
        let mut exit = Exit { vp: vp_number(vp, vps)?, ..Exit::default() };
        exit.vtl = vtl_number(words.next().unwrap_or_default())? as u32;
        let verb = words.next().unwrap_or_default();
        Verb { exit: &mut exit, words: &mut words }.set(verb)?;
        each(words, &mut exit, fields::exit)?;
        Ok(exit)
    }
}

fn vp_number(word: &str, vps: u32) -> Read<u32> {
    let number = word.strip_prefix("vp").and_then(|digits| digits.parse().ok());
    number.filter(|vp| *vp < vps).ok_or_else(|| wrong("VP", word))
}

fn vtl_number(word: &str) -> Read<usize> {
    match word {
        "vtl0" => Ok(0),
        "vtl1" => Ok(1),
        _ => Err(wrong("VTL", word)),
    }
}

/// What a verb sets, and the words it takes.
struct Verb<'a, 'b> {
    exit: &'a mut Exit,
    words: &'a mut Words<'b>,
}

impl Verb<'_, '_> {
    fn word(&mut self, parse: impl FnOnce(&str) -> Option<u64>, bits: u32) -> Read<u64> {
        let word = self.words.next().ok_or("a word is missing after the verb; see docs/trace-format.md")?;
        let value = parse(word).filter(|value| bits == 64 || value >> bits == 0);
        value.ok_or_else(|| wrong("value", word))
    }

    fn number(&mut self, bits: u32) -> Read<u64> {
        self.word(parse_number, bits)
    }

    fn register(&mut self) -> Read<()> {
        self.exit.input.name = self.word(parse_register, 32)? as u32;
        Ok(())
    }

    fn value(&mut self) -> Read<()> {
        self.exit.input.value = self.number(64)?;
        Ok(())
    }

    /// A guest's exit for `reason`, with the instruction's length.
    fn guest(&mut self, reason: u64, length: u64) {
        let exit = &mut *self.exit;
        exit.info[info::RAX] = reason;
        exit.info[info::RSI] = 0xFFFF_FFFF_A09B_0010;
        exit.info[info::R11] = length << 32;
        self.processor();
    }

    fn processor(&mut self) {
        self.exit.rip = 0x1000;
        self.exit.rflags = 2;
        self.exit.cr0 = 0x8005_0033;
        self.exit.cr4 = 0x20;
        self.exit.answers.count = 1;
    }

    fn request(&mut self, kind: u32) {
        self.exit.kind = kind;
        self.processor();
    }

    fn halves(&mut self, value: u64) {
        self.exit.gpr[gpr::RAX] = value & 0xFFFF_FFFF;
        self.exit.gpr[gpr::RDX] = value >> 32;
    }

    fn register_call(&mut self, control: u64) -> Read<()> {
        self.guest(0x12, 3);
        self.exit.gpr[gpr::RCX] = control;
        self.exit.gpr[gpr::RDX] = 0x1000;
        self.exit.gpr[gpr::R8] = 0x2000;
        self.exit.input.partition_id = u64::MAX;
        self.exit.input.target_vp = SELF_VP;
        self.register()
    }

    fn host(&mut self, operation: u8) -> Read<()> {
        self.request(kind::HOST_ACCESS);
        self.exit.operation = operation;
        self.exit.origin = self.word(|word| parse_word(word, Origin::WORDS), 8)? as u8;
        self.register()
    }

    fn msr_call(&mut self, function: u64) -> Read<()> {
        self.guest(0x4D, 4);
        self.exit.gpr[gpr::R11] = function;
        self.exit.gpr[gpr::R12] = self.number(32)?;
        Ok(())
    }

    fn set(&mut self, verb: &str) -> Read<()> {
        match verb {
            "rdmsr" | "wrmsr" => {
                self.guest(if verb == "rdmsr" { 0x1F } else { 0x20 }, 2);
                self.exit.gpr[gpr::RCX] = self.number(32)?;
                if verb == "wrmsr" {
                    let value = self.number(64)?;
                    self.halves(value);
                }
            }
            "tdcall" => self.guest(0x4D, 4),
            "tdvmcall-rdmsr" => self.msr_call(0x1F)?,
            "tdvmcall-wrmsr" => {
                self.msr_call(0x20)?;
                self.exit.gpr[gpr::R13] = self.number(64)?;
            }
            "vmcall" => {
                self.guest(0x12, 3);
                let control = self.number(64)?;
                self.exit.gpr[gpr::RCX] = control;
                if matches!(control & 0xFFFF, 0xD | 0xF) {
                    self.exit.answers.count = 0;
                }
            }
            "vtl-call" | "vtl-return" => {
                self.guest(0x12, 3);
                self.exit.gpr[gpr::RCX] = if verb == "vtl-call" { 0x11 } else { 0x12 };
            }
            "get-reg" => self.register_call(0x1_0000_0050)?,
            "set-reg" => {
                self.register_call(0x1_0000_0051)?;
                self.value()?;
            }
            "mov-cr" => {
                self.guest(0x1C, 3);
                self.exit.info[info::RCX] = self.number(4)?;
                self.exit.gpr[gpr::RAX] = self.number(64)?;
            }
            "xsetbv" => {
                self.guest(0x37, 3);
                let value = self.number(64)?;
                self.halves(value);
            }
            "exit" => {}
            _ => return self.set_control(verb),
        }
        Ok(())
    }

    /// The requests that have no instruction.
    fn set_control(&mut self, verb: &str) -> Read<()> {
        match verb {
            "load-context" => self.request(kind::LOAD_CONTEXT),
            "set-apic-offload" => {
                self.request(kind::SET_APIC_OFFLOAD);
                let on = |word: &str| ["off", "on"].iter().position(|state| *state == word);
                self.exit.argument = self.word(|word| on(word).map(|at| at as u64), 1)?;
            }
            "deliver-message" => self.request(kind::DELIVER_MESSAGE),
            "preempt" => self.request(kind::PREEMPT),
            "startup-ipi" => {
                self.request(kind::STARTUP_IPI);
                self.exit.argument = self.number(32)?;
                self.exit.argument |= self.number(8)? << 32;
            }
            "revoke-vsm" => self.request(kind::REVOKE_VSM),
            "host-get" => self.host(0)?,
            "host-set" => {
                self.host(1)?;
                self.value()?;
            }
            "special" => {
                self.request(kind::SPECIAL_REQUEST);
                self.exit.argument = self.number(64)?;
                if self.words.peek().map_or(false, |word| !word.contains('=') && *word != "->") {
                    self.value()?;
                }
            }
            "drain-audit" => self.request(kind::DRAIN_AUDIT),
            "log-flush" => {
                self.request(kind::LOG_FLUSH);
                self.exit.argument = self.word(|word| parse_word(word, Site::WORDS), 64)?;
            }
            "log-limits" => {
                self.request(kind::LOG_LIMITS);
                self.exit.argument = self.word(|word| parse_word(word, &["site", "partition"]), 64)?;
                self.value()?;
                self.exit.input.value_high = self.word(parse_time, 64)?;
            }
            _ => return Err(wrong("verb", verb)),
        }
        Ok(())
    }
}
