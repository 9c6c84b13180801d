//! Fields of a member of a union, in the places that the members share.

use super::{Ambiguous, Group, GroupId, Layout, Location, Place, UnionId};
use crate::compiler::layout::holes::Holes;

/// What a group uses of one of its union's locations.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// Two to this power bits at its start. None: nothing.
    size: Option<u32>,
    /// What of that is free. Offsets count from the start of the location.
    holes: Holes,
}

impl Usage {
    /// The smallest free piece of a location that this many bits fit in.
    fn smallest_hole(&self, location: Location, size: u32) -> Option<u32> {
        match self.size {
            None => (size <= location.size).then_some(location.size),
            Some(used) if size >= used => (size < location.size).then_some(size),
            Some(used) => self
                .holes
                .smallest(size)
                // What is used can be doubled, which makes a hole as large as it is now.
                .or_else(|| (used < location.size).then_some(used)),
        }
    }

    /// Takes a piece that `smallest_hole` has found. The offset counts from the start of the struct.
    fn take_hole(&mut self, location: Location, size: u32) -> u32 {
        let offset = match self.size {
            None => {
                self.size = Some(size);
                0
            }
            Some(used) if size >= used => {
                self.holes.add_after(used, 1, size);
                self.size = Some(size + 1);
                1
            }
            Some(used) => self.holes.take(size).unwrap_or_else(|| {
                let offset = 1 << (used - size);
                self.holes.add_after(size, offset + 1, used);
                self.size = Some(used + 1);
                offset
            }),
        };
        (location.offset << (location.size - size)) + offset
    }
}

impl Layout {
    pub(super) fn add_group_data(&mut self, id: GroupId, size: u32) -> Result<u32, Ambiguous> {
        self.inhabit(id)?;
        let union = self.group(id).union;
        let count = self.union(union).locations.len();
        let group = self.group_mut(id);
        group
            .usage
            .resize_with(count.max(group.usage.len()), Usage::default);

        let locations = &self.union(union).locations;
        let holes = self.group(id).usage.iter().zip(locations).enumerate();
        let holes = holes.filter_map(|(index, (usage, location))| {
            Some((usage.smallest_hole(*location, size)?, index))
        });
        if let Some((_, index)) = holes.min() {
            let location = self.location(union, index);
            return Ok(self.usage_mut(id, index).take_hole(location, size));
        }
        for index in 0..count {
            if let Some(offset) = self.take_by_expanding(id, index, size)? {
                return Ok(offset);
            }
        }
        let offset = self.add_data(self.union(union).parent, size)?;
        self.union_mut(union)
            .locations
            .push(Location { size, offset });
        self.group_mut(id).usage.push(Usage {
            size: Some(size),
            holes: Holes::default(),
        });
        Ok(offset)
    }

    /// Makes a location larger for a field that fits in no hole, if what follows it is free.
    fn take_by_expanding(
        &mut self,
        id: GroupId,
        index: usize,
        size: u32,
    ) -> Result<Option<u32>, Ambiguous> {
        let union = self.group(id).union;
        let offset = match self.usage_mut(id, index).size {
            None => {
                if !self.expand_location(union, index, size)? {
                    return Ok(None);
                }
                self.usage_mut(id, index).size = Some(size);
                0
            }
            Some(used) => {
                let wanted = used.max(size) + 1;
                let location = self.location(union, index);
                if wanted > location.size && !self.expand_location(union, index, wanted)? {
                    return Ok(None);
                }
                let usage = self.usage_mut(id, index);
                usage.holes.add_after(used, 1, wanted);
                usage.size = Some(wanted);
                match usage.holes.take(size) {
                    Some(offset) => offset,
                    None => return Ok(None),
                }
            }
        };
        let location = self.location(union, index);
        Ok(Some((location.offset << (location.size - size)) + offset))
    }

    /// Makes a location this large, if what follows it is free.
    fn expand_location(
        &mut self,
        union: UnionId,
        index: usize,
        size: u32,
    ) -> Result<bool, Ambiguous> {
        let location = self.location(union, index);
        if size <= location.size {
            return Ok(true);
        }
        let factor = size - location.size;
        let parent = self.union(union).parent;
        let fits = self.expand_data(parent, location.size, location.offset, factor)?;
        if fits && let Some(location) = self.union_mut(union).locations.get_mut(index) {
            location.offset >>= factor;
            location.size = size;
        }
        Ok(fits)
    }

    /// Makes a piece of data two to the power of `factor` times as large, if what follows it is free.
    fn expand_data(
        &mut self,
        place: Place,
        size: u32,
        offset: u32,
        factor: u32,
    ) -> Result<bool, Ambiguous> {
        let Place::Group(id) = place else {
            return Ok(self.holes.expand(size, offset, factor));
        };
        // Compilers before 0.6 went on here and made a bad layout. Nobody may rely on either.
        let impossible = size + factor > 6 || offset & ((1 << factor) - 1) != 0;
        let union = self.group(id).union;
        let locations = &self.union(union).locations;
        let used = locations.iter().take(self.group(id).usage.len());
        let found = used.enumerate().find(|(_, location)| {
            location.size >= size && offset >> (location.size - size) == location.offset
        });
        let Some((index, location)) = found else {
            return Ok(false);
        };
        let location = *location;
        let inner = offset - (location.offset << (location.size - size));
        let usage = self.usage_mut(id, index);
        if inner == 0 && usage.size == Some(size) {
            // The data is all that is used of the location, so the location has to grow with it.
            let wanted = size + factor;
            if wanted > location.size && !self.expand_location(union, index, wanted)? {
                return Ok(false);
            }
            // This is where compilers before 0.6 let fields overlap.
            return Err(Ambiguous);
        }
        let fits = usage.holes.expand(size, inner, factor);
        if fits && impossible {
            return Err(Ambiguous);
        }
        Ok(fits)
    }

    fn location(&self, union: UnionId, index: usize) -> Location {
        self.union(union).locations[index]
    }

    fn usage_mut(&mut self, id: GroupId, index: usize) -> &mut Usage {
        let group: &mut Group = self.group_mut(id);
        &mut group.usage[index]
    }
}
