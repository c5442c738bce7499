//! What time alone changes.

use jiff::SignedDuration;
use scepter_policy::vocabulary::DeviceState;

use crate::world::enrolment::{Issuing, Request};
use crate::world::{Manifest, World, fleet, key};

pub(crate) async fn a_certificate_comes_into_its_renewal_window_and_then_runs_out(world: World) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    Issuing::new().await.enroll(&world, &credential, Request::number(1), 1).await;
    // Thirty days, of which twenty per cent are left after twenty-four; it was backdated by a little.
    for (day, state) in [(23, DeviceState::Issued), (24, DeviceState::RenewalDue), (30, DeviceState::Expired)]
    {
        world.store.turn_calendar(world.now + SignedDuration::from_hours(24 * day)).await.unwrap();
        assert_eq!(world.row("d1").await.unwrap().state, state, "day {day}");
    }
}
