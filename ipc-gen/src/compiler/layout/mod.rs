//! Where the fields of a struct are put.
//!
//! Fields are laid out in the order of their numbers, so that a new one never moves those that are
//! there. Members of a union share their places: each is laid out as a group of fields of its own, in
//! the places that the others have taken, and new ones are added only for what does not fit. Unions
//! stand in structs, groups and unions, so that the same is done at every depth.

mod group;
mod holes;

use group::Usage;
use holes::Holes;

/// Something that fields are put into.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// The struct itself, and groups that are in no union.
    Top,
    /// A member of a union.
    Group(GroupId),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct UnionId(usize);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct GroupId(usize);

/// A place cannot be found without contradicting what compilers before 0.6 did.
#[derive(Debug)]
pub(super) struct Ambiguous;

/// A struct while its fields are put into place.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) data_words: u32,
    pub(super) pointers: u32,
    holes: Holes,
    unions: Vec<Union>,
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Union {
    parent: Place,
    /// How many of its groups have fields.
    inhabited: usize,
    discriminant: Option<u32>,
    locations: Vec<Location>,
    pointers: Vec<u32>,
}

/// Space that the members of a union share.
#[derive(Clone, Copy, Debug)]
struct Location {
    size: u32,
    offset: u32,
}

#[derive(Debug)]
struct Group {
    union: UnionId,
    /// What it uses of the union's locations.
    usage: Vec<Usage>,
    pointers: usize,
    inhabited: bool,
}

impl Layout {
    pub(super) fn add_union(&mut self, parent: Place) -> UnionId {
        self.unions.push(Union {
            parent,
            inhabited: 0,
            discriminant: None,
            locations: Vec::new(),
            pointers: Vec::new(),
        });
        UnionId(self.unions.len() - 1)
    }

    pub(super) fn add_group(&mut self, union: UnionId) -> GroupId {
        self.groups.push(Group {
            union,
            usage: Vec::new(),
            pointers: 0,
            inhabited: false,
        });
        GroupId(self.groups.len() - 1)
    }

    /// Notes a field that takes no room.
    pub(super) fn add_void(&mut self, place: Place) -> Result<(), Ambiguous> {
        let mut place = place;
        while let Place::Group(group) = place {
            self.inhabit(group)?;
            place = self.union(self.group(group).union).parent;
        }
        Ok(())
    }

    /// Finds room for two to the power of `size` bits, and tells its offset in multiples of them.
    pub(super) fn add_data(&mut self, place: Place, size: u32) -> Result<u32, Ambiguous> {
        match place {
            Place::Top => Ok(self.holes.take(size).unwrap_or_else(|| {
                let offset = self.data_words << (6 - size);
                self.data_words += 1;
                self.holes.add_after(size, offset + 1, 6);
                offset
            })),
            Place::Group(group) => self.add_group_data(group, size),
        }
    }

    pub(super) fn add_pointer(&mut self, place: Place) -> Result<u32, Ambiguous> {
        let Place::Group(id) = place else {
            self.pointers += 1;
            return Ok(self.pointers - 1);
        };
        self.inhabit(id)?;
        let group = self.group_mut(id);
        let index = group.pointers;
        group.pointers += 1;
        let union = group.union;
        if let Some(shared) = self.union(union).pointers.get(index) {
            return Ok(*shared);
        }
        let pointer = self.add_pointer(self.union(union).parent)?;
        self.union_mut(union).pointers.push(pointer);
        Ok(pointer)
    }

    /// Finds room for the number that tells which member of a union is there. False: it has some.
    pub(super) fn add_discriminant(&mut self, union: UnionId) -> Result<bool, Ambiguous> {
        if self.union(union).discriminant.is_some() {
            return Ok(false);
        }
        let offset = self.add_data(self.union(union).parent, 4)?;
        self.union_mut(union).discriminant = Some(offset);
        Ok(true)
    }

    pub(super) fn discriminant(&self, union: UnionId) -> u32 {
        self.union(union).discriminant.unwrap_or_default()
    }

    /// Notes that a group has a field. With the second one that has, the union needs a discriminant.
    fn inhabit(&mut self, id: GroupId) -> Result<(), Ambiguous> {
        let group = self.group_mut(id);
        if !group.inhabited {
            group.inhabited = true;
            let id = group.union;
            let union = self.union_mut(id);
            union.inhabited += 1;
            if union.inhabited == 2 {
                self.add_discriminant(id)?;
            }
        }
        Ok(())
    }

    // Ids are only made for what there is.

    fn union(&self, id: UnionId) -> &Union {
        &self.unions[id.0]
    }

    fn union_mut(&mut self, id: UnionId) -> &mut Union {
        &mut self.unions[id.0]
    }

    fn group(&self, id: GroupId) -> &Group {
        &self.groups[id.0]
    }

    fn group_mut(&mut self, id: GroupId) -> &mut Group {
        &mut self.groups[id.0]
    }
}
