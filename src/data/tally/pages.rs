//! Columns of Parquet files as codes: dictionary pages are looked up once a word, not once a row.

use super::ids::IdReader;
use super::words::Words;
use super::{Batch, Carry, Odd, Wanted};
use bytes::Bytes;
use parquet::basic::{ConvertedType, Encoding, LogicalType, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

/// Rows handed on at a time.
const BATCH: usize = 1 << 16;

impl From<ParquetError> for Odd {
    fn from(_: ParquetError) -> Self {
        Odd::Unread("it is damaged, or of a kind that is read otherwise")
    }
}

/// Reads a file row group by row group.
pub(super) struct Pages<F: ChunkReader + 'static> {
    file: SerializedFileReader<F>,
    wanted: Wanted,
    group: usize,
    /// The columns of the row group at hand, the id last.
    columns: Vec<Column>,
    left: usize,
}

impl<F: ChunkReader + 'static> Pages<F> {
    pub(super) fn new(file: F, width: usize, wanted: Wanted) -> Result<Self, Odd> {
        let file = SerializedFileReader::new(file)?;
        if file.metadata().file_metadata().schema_descr().num_columns() != width {
            return Err(Odd::Unread("it has nested columns"));
        }
        Ok(Self {
            file,
            wanted,
            group: 0,
            columns: Vec::new(),
            left: 0,
        })
    }

    /// The next rows; `None` behind the last one.
    pub(super) fn next(&mut self, carry: &mut Carry) -> Result<Option<Batch>, Odd> {
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(None);
            }
            let group = self.file.get_row_group(self.group)?;
            self.group += 1;
            self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let places = self.wanted.columns.iter().chain(&self.wanted.id);
            let schema = group.metadata().schema_descr();
            let columns = places.map(|&at| {
                if at >= schema.num_columns() {
                    return Err(Odd::Unread("it has nested columns"));
                }
                Column::new(&schema.column(at), group.get_column_page_reader(at)?)
            });
            self.columns = columns.collect::<Result<_, Odd>>()?;
        }
        let n = self.left.min(BATCH);
        self.left -= n;
        let mut batch = Batch::with_columns(carry.words.len());
        batch.rows = n;
        for (place, words) in carry.words.iter_mut().enumerate() {
            if let Some(column) = self.columns.get_mut(place) {
                let codes = &mut batch.codes[place];
                codes.reserve(n);
                column.codes(n, words, codes)?;
            }
        }
        if self.wanted.id.is_some() {
            if let Some(column) = self.columns.last_mut() {
                column.ids(n, &mut carry.ids)?;
            }
            batch.ids = carry.ids.take();
            batch.ascending = carry.ids.ascending;
        }
        Ok(Some(batch))
    }
}

/// How values lie in a page.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Text,
    /// 4 bytes, signed.
    Int32,
    /// 8 bytes, signed.
    Int64,
}

/// One column of one row group.
struct Column {
    pages: Box<dyn PageReader>,
    kind: Kind,
    optional: bool,
    /// The values of the dictionary: texts, or numbers as they are written.
    dictionary: Vec<Value>,
    /// For each of them its code, once it was asked for.
    codes: Vec<u32>,
    page: Open,
}

/// A value as bytes of text, with the number it spells where it is one.
#[derive(Debug, Clone)]
struct Value {
    text: Bytes,
    whole: Option<u64>,
}

/// What is left of the page at hand.
#[derive(Default)]
struct Open {
    left: usize,
    /// Whether each value is there; empty where all are.
    present: Vec<bool>,
    at: usize,
    values: Values,
}

#[derive(Default)]
enum Values {
    #[default]
    None,
    Plain(Bytes),
    Dictionary(Vec<u32>, usize),
}

impl Column {
    fn new(description: &ColumnDescriptor, pages: Box<dyn PageReader>) -> Result<Self, Odd> {
        let plain_integer = matches!(
            description.converted_type(),
            ConvertedType::NONE
                | ConvertedType::INT_8
                | ConvertedType::INT_16
                | ConvertedType::INT_32
                | ConvertedType::INT_64
        ) && match description.logical_type_ref() {
            None => true,
            Some(LogicalType::Integer(kind)) => kind.is_signed,
            Some(_) => false,
        };
        let text = matches!(
            description.converted_type(),
            ConvertedType::UTF8 | ConvertedType::ENUM
        );
        let kind = match description.physical_type() {
            Type::BYTE_ARRAY if text => Kind::Text,
            Type::INT32 if plain_integer => Kind::Int32,
            Type::INT64 if plain_integer => Kind::Int64,
            _ => return Err(Odd::Unread("a column is neither text nor whole numbers")),
        };
        if description.max_rep_level() > 0 || description.max_def_level() > 1 {
            return Err(Odd::Unread("it has nested columns"));
        }
        Ok(Self {
            pages,
            kind,
            optional: description.max_def_level() == 1,
            dictionary: Vec::new(),
            codes: Vec::new(),
            page: Open::default(),
        })
    }

    /// Appends the codes of the next `n` rows.
    fn codes(&mut self, n: usize, words: &mut Words, out: &mut Vec<u32>) -> Result<(), Odd> {
        let mut left = n;
        while left > 0 {
            self.open()?;
            let take = left.min(self.page.left);
            let plain = self.page.present.is_empty();
            if let (Values::Dictionary(indices, at), true) = (&mut self.page.values, plain) {
                let some = indices.get(*at..*at + take).ok_or(CUT)?;
                for &index in some {
                    let known = self.codes.get_mut(index as usize).ok_or(CUT)?;
                    if *known == u32::MAX {
                        let value = self.dictionary.get(index as usize).ok_or(CUT)?;
                        *known = words.code(&value.text)?;
                    }
                    out.push(*known);
                }
                *at += take;
                self.page.left -= take;
            } else {
                for _ in 0..take {
                    match self.value()? {
                        Some(value) => out.push(words.code(&value.text)?),
                        None => out.push(words.code(b"")?),
                    }
                }
            }
            left -= take;
        }
        Ok(())
    }

    /// Adds the next `n` ids.
    fn ids(&mut self, n: usize, ids: &mut IdReader) -> Result<(), Odd> {
        let mut left = n;
        while left > 0 {
            self.open()?;
            let take = left.min(self.page.left);
            let plain = self.page.present.is_empty() && self.kind == Kind::Int64;
            if let (Values::Plain(bytes), true) = (&mut self.page.values, plain) {
                let some = bytes.split_to_checked(8 * take)?;
                let mut whole = true;
                for eight in some.chunks_exact(8) {
                    let number = i64::from_le_bytes(eight.try_into().unwrap_or_default());
                    whole &= number >= 0;
                    if whole {
                        ids.add_whole_or_key(number.unsigned_abs());
                    } else {
                        ids.add(number.to_string().as_bytes());
                    }
                }
                self.page.left -= take;
            } else {
                for _ in 0..take {
                    let value = self.value()?.ok_or(Odd::Unread("a row has no id"))?;
                    match value.whole {
                        Some(number) => ids.add_whole_or_key(number),
                        None if ids.add(&value.text) => {}
                        None => return Err(Odd::Unread("a row has no id")),
                    }
                }
            }
            left -= take;
        }
        Ok(())
    }

    /// The next row's value; `None` of null.
    fn value(&mut self) -> Result<Option<Value>, Odd> {
        self.page.left = self.page.left.checked_sub(1).ok_or(CUT)?;
        let at = self.page.at;
        self.page.at += 1;
        if self.page.present.get(at).is_some_and(|there| !there) {
            return Ok(None);
        }
        match &mut self.page.values {
            Values::None => Err(CUT),
            Values::Dictionary(indices, at) => {
                let index = *indices.get(*at).ok_or(CUT)?;
                *at += 1;
                let value = self.dictionary.get(index as usize).ok_or(CUT)?;
                Ok(Some(value.clone()))
            }
            Values::Plain(bytes) => plain(self.kind, bytes).map(Some),
        }
    }

    /// Opens the next page, where the one at hand is used up.
    fn open(&mut self) -> Result<(), Odd> {
        while self.page.left == 0 {
            let page = self.pages.get_next_page()?.ok_or(CUT)?;
            match page {
                Page::DictionaryPage {
                    mut buf,
                    num_values,
                    encoding,
                    ..
                } => {
                    if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
                        return Err(ENCODED);
                    }
                    self.dictionary.clear();
                    for _ in 0..num_values {
                        self.dictionary.push(plain(self.kind, &mut buf)?);
                    }
                    self.codes = vec![u32::MAX; self.dictionary.len()];
                }
                Page::DataPage {
                    mut buf,
                    num_values,
                    encoding,
                    def_level_encoding,
                    ..
                } => {
                    let mut present = Vec::new();
                    if self.optional {
                        if def_level_encoding != Encoding::RLE {
                            return Err(ENCODED);
                        }
                        let length = buf.split_to_checked(4)?;
                        let length =
                            u32::from_le_bytes(length.as_ref().try_into().map_err(|_| CUT)?);
                        let levels = buf.split_to_checked(length as usize)?;
                        present = presence(&levels, num_values as usize)?;
                    }
                    self.page = open_page(buf, num_values as usize, encoding, present)?;
                }
                Page::DataPageV2 {
                    mut buf,
                    num_values,
                    encoding,
                    num_nulls,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    ..
                } => {
                    drop(buf.split_to_checked(rep_levels_byte_len as usize)?);
                    let levels = buf.split_to_checked(def_levels_byte_len as usize)?;
                    let mut present = Vec::new();
                    if self.optional && num_nulls > 0 {
                        present = presence(&levels, num_values as usize)?;
                    }
                    self.page = open_page(buf, num_values as usize, encoding, present)?;
                }
            }
        }
        Ok(())
    }
}

const CUT: Odd = Odd::Unread("a page ends too early");
const ENCODED: Odd = Odd::Unread("its pages are encoded otherwise");

fn open_page(
    mut buf: Bytes,
    rows: usize,
    encoding: Encoding,
    present: Vec<bool>,
) -> Result<Open, Odd> {
    let values = if present.is_empty() {
        rows
    } else {
        present.iter().filter(|p| **p).count()
    };
    let values = match encoding {
        Encoding::PLAIN => Values::Plain(buf),
        Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
            let width = buf.split_to_checked(1)?.first().copied().unwrap_or(0);
            Values::Dictionary(hybrid(&buf, width.into(), values)?, 0)
        }
        _ => return Err(ENCODED),
    };
    Ok(Open {
        left: rows,
        present,
        at: 0,
        values,
    })
}

/// Which values are there; empty where all are.
fn presence(levels: &[u8], rows: usize) -> Result<Vec<bool>, Odd> {
    let levels = hybrid(levels, 1, rows)?;
    if levels.iter().all(|l| *l == 1) {
        return Ok(Vec::new());
    }
    Ok(levels.iter().map(|l| *l == 1).collect())
}

/// The first value of plain bytes.
fn plain(kind: Kind, bytes: &mut Bytes) -> Result<Value, Odd> {
    match kind {
        Kind::Text => {
            let length = bytes.split_to_checked(4)?;
            let length = u32::from_le_bytes(length.as_ref().try_into().map_err(|_| CUT)?);
            let text = bytes.split_to_checked(length as usize)?;
            if std::str::from_utf8(&text).is_err() {
                return Err(Odd::Unread("it is not all UTF-8"));
            }
            Ok(Value { text, whole: None })
        }
        Kind::Int32 => {
            let four = bytes.split_to_checked(4)?;
            let number = i32::from_le_bytes(four.as_ref().try_into().map_err(|_| CUT)?);
            Ok(written(number.into()))
        }
        Kind::Int64 => {
            let eight = bytes.split_to_checked(8)?;
            let number = i64::from_le_bytes(eight.as_ref().try_into().map_err(|_| CUT)?);
            Ok(written(number))
        }
    }
}

fn written(number: i64) -> Value {
    Value {
        text: number.to_string().into(),
        whole: u64::try_from(number).ok(),
    }
}

/// Numbers of `width` bits in Parquet's mixture of runs and packed groups of eight (its format's
/// “RLE/bit-packing hybrid”).
fn hybrid(bytes: &[u8], width: usize, n: usize) -> Result<Vec<u32>, Odd> {
    if width > 32 {
        return Err(CUT);
    }
    let mut out: Vec<u32> = Vec::with_capacity(n);
    let mut at = 0;
    while out.len() < n {
        let mut head = 0u64;
        let mut shift = 0;
        loop {
            let byte = *bytes.get(at).ok_or(CUT)?;
            at += 1;
            if shift > 35 {
                return Err(CUT);
            }
            head |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let left = n - out.len();
        if head & 1 == 1 {
            let groups = (head >> 1) as usize;
            let packed = bytes.get(at..).unwrap_or_default();
            let length = groups.checked_mul(width).ok_or(CUT)?;
            // The last group may be cut where its rest is padding.
            let packed = packed.get(..length.min(packed.len())).unwrap_or_default();
            at += length;
            unpack(packed, width, (groups * 8).min(left), &mut out)?;
        } else {
            let times = ((head >> 1) as usize).min(left);
            let size = width.div_ceil(8);
            let mut value = 0u32;
            for (place, &byte) in bytes.get(at..at + size).ok_or(CUT)?.iter().enumerate() {
                value |= u32::from(byte) << (8 * place);
            }
            at += size;
            if times == 0 {
                return Err(CUT);
            }
            out.resize(out.len() + times, value);
        }
    }
    Ok(out)
}

/// Appends `n` numbers of `width` bits, the lowest bits first.
fn unpack(packed: &[u8], width: usize, n: usize, out: &mut Vec<u32>) -> Result<(), Odd> {
    if width == 0 {
        out.resize(out.len() + n, 0);
        return Ok(());
    }
    if (n * width).div_ceil(8) > packed.len() || n == 0 {
        return Err(CUT);
    }
    let mask = (1u64 << width) - 1;
    let (mut bits, mut held) = (0u64, 0usize);
    let mut bytes = packed.iter();
    for _ in 0..n {
        while held < width {
            bits |= u64::from(*bytes.next().ok_or(CUT)?) << held;
            held += 8;
        }
        out.push((bits & mask) as u32);
        bits >>= width;
        held -= width;
    }
    Ok(())
}

/// Splitting that says where there is too little.
trait Split {
    fn split_to_checked(&mut self, n: usize) -> Result<Bytes, Odd>;
}

impl Split for Bytes {
    fn split_to_checked(&mut self, n: usize) -> Result<Bytes, Odd> {
        if n > self.len() {
            return Err(CUT);
        }
        Ok(self.split_to(n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_groups_are_read() {
        // The example of the format's own page: 0 to 7 in 3 bits.
        let packed = [0b0000_0011, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        assert_eq!(hybrid(&packed, 3, 8).unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(hybrid(&[10, 5], 3, 5).unwrap(), [5; 5]);
        assert_eq!(
            hybrid(&[10, 5, 0b0000_0011, 0x88, 0xc6, 0xfa], 3, 8).unwrap(),
            [5, 5, 5, 5, 5, 0, 1, 2]
        );
        assert_eq!(hybrid(&[8], 0, 4).unwrap(), [0; 4]);
        assert!(hybrid(&[10], 3, 5).is_err());
        assert!(hybrid(&[0, 5], 3, 5).is_err());
        assert!(hybrid(&[0b11, 0x88], 3, 8).is_err());
        assert!(hybrid(&[0xff; 12], 3, 5).is_err());
    }
}
