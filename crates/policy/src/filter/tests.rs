use super::*;
use crate::profile::sample;
use crate::vocabulary::{JoinType, Ownership};

fn parse(text: &str) -> Filter {
    Filter::parse(text, Platform::Windows10AndLater).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Byte and problem of an expression that is no filter.
fn fails(text: &str) -> (usize, String) {
    match Filter::parse(text, Platform::Windows10AndLater) {
        Ok(filter) => panic!("{text} is {filter}"),
        Err(error) => (error.offset, format!("{}; {}", error.problem, error.problem.remedy())),
    }
}

#[track_caller]
fn assert_fails(text: &str, offset: usize, problem: &str) {
    assert_eq!(fails(text), (offset, problem.to_owned()), "{text}");
}

/// A laptop with a value for every property.
fn laptop() -> Device {
    Device {
        device_name: Some("Scott's Laptop".to_owned()),
        manufacturer: Some("Contoso".to_owned()),
        model: Some("Surface Book 3".to_owned()),
        category: Some("Engineering".to_owned()),
        ownership: Some(Ownership::Corporate),
        os_version: Some("10.0.22631.3296".to_owned()),
        os_edition: Some("Home".to_owned()),
        join_type: Some(JoinType::Entra),
        ..sample::device("laptop", Platform::Windows10AndLater)
    }
}

fn nothing_known() -> Device {
    sample::device("laptop", Platform::Windows10AndLater)
}

#[track_caller]
fn assert_matches(device: &Device, expected: bool, expressions: &[&str]) {
    for expression in expressions {
        assert_eq!(parse(expression).matches(device), Ok(expected), "{expression}");
    }
}

#[test]
fn each_operator_compares_as_its_name_says() {
    assert_matches(
        &laptop(),
        true,
        &[
            r#"(device.model -eq "Surface Book 3")"#,
            r#"(device.model -ne "Surface Book 2")"#,
            r#"(device.model -in ["Surface Book 2", "Surface Book 3"])"#,
            r#"(device.model -notIn ["Surface Book 1", "Surface Book 2"])"#,
            r#"(device.model -startsWith "Surface")"#,
            r#"(device.model -contains "Book")"#,
            r#"(device.model -notContains "Laptop")"#,
            r#"(device.deviceName -eq "Scott's Laptop")"#,
            r#"(device.osVersion -startsWith "10.0.22631")"#,
            "(device.operatingSystemVersion -gt 10.0.22000.1000)",
            "(device.operatingSystemVersion -ge 10.0.22631.3296)",
            "(device.operatingSystemVersion -lt 10.0.22631.10000)",
            "(device.operatingSystemVersion -le 11)",
            r#"(device.operatingSystemVersion -eq "10.0.22631.3296")"#,
            "(device.operatingSystemVersion -ne 10.0.22631)",
            r#"(device.deviceOwnership -eq "Corporate")"#,
            r#"(device.deviceTrustType -in ["Azure AD joined", "Hybrid Azure AD joined"])"#,
            r#"(device.deviceTrustType -ne "Hybrid Azure AD joined")"#,
        ],
    );
    assert_matches(
        &laptop(),
        false,
        &[
            r#"(device.model -eq "Surface")"#,
            r#"(device.model -startsWith "Book")"#,
            r#"(device.model -startsWith "Surface Book 3 and more")"#,
            r#"(device.model -contains "Laptop")"#,
            "(device.operatingSystemVersion -lt 9)",
            "(device.operatingSystemVersion -gt 10.0.22631.3296)",
            r#"(device.deviceOwnership -ne "Corporate")"#,
            r#"(device.deviceTrustType -notIn ["Azure AD joined"])"#,
        ],
    );
}

#[test]
fn names_operators_and_values_are_read_in_any_case() {
    assert_matches(
        &laptop(),
        true,
        &[
            r#"(DEVICE.Model -EQ "surface BOOK 3")"#,
            r#"device.manufacturer eq "contoso" AND device.model CONTAINS "book""#,
            r#"(device.model -eq "X") -OR (device.devicecategory -startswith "ENGINEER")"#,
        ],
    );
    let greek = Device { model: Some("ΟΔΟΣ".to_owned()), ..nothing_known() };
    assert_matches(&greek, true, &[r#"(device.model -eq "οδος")"#, r#"(device.model -contains "δοσ")"#]);
}

#[test]
fn and_binds_before_or() {
    let (yes, no) = (r#"(device.manufacturer -eq "Contoso")"#, r#"(device.manufacturer -eq "Fabrikam")"#);
    assert_matches(
        &laptop(),
        true,
        &[
            &format!("{yes} or {no} and {no}"),
            &format!("{no} and {no} or {yes}"),
            &format!("{yes} and ({no} or {yes})"),
        ],
    );
    assert_matches(&laptop(), false, &[&format!("({yes} or {no}) and {no}")]);
}

#[test]
fn an_absent_property_equals_null_alone() {
    assert_matches(
        &nothing_known(),
        true,
        &[
            "(device.model -eq $null)",
            "(device.model -eq Null)",
            r#"(device.model -ne "X")"#,
            r#"(device.model -notIn ["X"])"#,
            r#"(device.model -notContains "X")"#,
            "(device.operatingSystemVersion -eq $null)",
            "(device.operatingSystemVersion -ne 17.0)",
            "(device.deviceOwnership -eq $null)",
            r#"(device.deviceOwnership -eq "Unknown")"#,
            r#"(device.deviceTrustType -in ["None", "Unknown"])"#,
        ],
    );
    assert_matches(
        &nothing_known(),
        false,
        &[
            "(device.model -ne $null)",
            r#"(device.model -eq "X")"#,
            r#"(device.model -in ["X"])"#,
            r#"(device.model -startsWith "X")"#,
            r#"(device.model -contains "X")"#,
            "(device.operatingSystemVersion -eq 17.0)",
            r#"(device.deviceOwnership -eq "Personal")"#,
            r#"(device.deviceTrustType -eq "None")"#,
        ],
    );
    let blank = Device { model: Some(" ".to_owned()), ..nothing_known() };
    assert_matches(&blank, true, &["(device.model -eq $null)"]);
    assert_matches(
        &laptop(),
        true,
        &["(device.model -ne $null) and (device.operatingSystemVersion -ne $null)"],
    );
}

#[test]
fn the_order_of_a_version_that_the_inventory_does_not_have_is_an_open_question() {
    let old = "(device.operatingSystemVersion -lt 10.0.22000)";
    assert_eq!(parse(old).matches(&nothing_known()), Err(NoVersion::Absent));
    let odd = Device { os_version: Some("Tiramisu".to_owned()), ..nothing_known() };
    assert_eq!(parse(old).matches(&odd), Err(NoVersion::Unreadable));
    assert_eq!(parse("(device.operatingSystemVersion -eq 10.0)").matches(&odd), Err(NoVersion::Unreadable));
    let absent = r#"(device.model -eq "X")"#;
    let known = "(device.model -eq $null)";
    assert_matches(
        &nothing_known(),
        false,
        &[&format!("{old} and {absent}"), &format!("{absent} and {old}")],
    );
    assert_matches(&nothing_known(), true, &[&format!("{old} or {known}"), &format!("{known} or {old}")]);
    assert_eq!(parse(&format!("{old} and {known}")).matches(&nothing_known()), Err(NoVersion::Absent));
    assert_eq!(parse(&format!("{absent} or {old}")).matches(&nothing_known()), Err(NoVersion::Absent));
}

#[test]
fn a_sku_is_an_edition_under_its_name_in_windows() {
    let home = laptop();
    assert_matches(
        &home,
        true,
        &[r#"(device.operatingSystemSKU -eq "core")"#, r#"(device.operatingSystemSKU -startsWith "Co")"#],
    );
    let pro = Device { os_edition: Some("Professional".to_owned()), ..nothing_known() };
    assert_matches(&pro, true, &[r#"(device.operatingSystemSKU -in ["Professional", "Enterprise"])"#]);
    assert_fails(
        r#"(device.operatingSystemSKU -eq "Home")"#,
        31,
        r#"operatingSystemSKU is never "Home"; write "Core""#,
    );
    assert_fails(
        r#"(device.operatingSystemSKU -in ["Core", "Enterprse"])"#,
        40,
        r#"operatingSystemSKU is never "Enterprse"; write "Enterprise""#,
    );
}

#[test]
fn a_filter_is_printed_in_one_way() {
    for (written, printed) in [
        (r#"device.model eq "X""#, r#"(device.model -eq "X")"#),
        (r#"((((device.MODEL -StartsWith "X"))))"#, r#"(device.model -startsWith "X")"#),
        ("(device.operatingSystemVersion -ge \"17.0.0.0\")", "(device.operatingSystemVersion -ge 17.0)"),
        ("(device.model -ne NULL)", "(device.model -ne $null)"),
        ("(device.deviceOwnership -ne \"unknown\")", "(device.deviceOwnership -ne $null)"),
        (
            r#"(device.deviceTrustType -in["unknown","azure ad joined"])"#,
            r#"(device.deviceTrustType -in ["Unknown", "Azure AD joined"])"#,
        ),
        (
            "((device.model -eq \"A\") and (device.model -ne \"B\"))\n  and ((device.model -ne $null) or\t(device.model -eq \"C\"))",
            r#"(device.model -eq "A") and (device.model -ne "B") and ((device.model -ne $null) or (device.model -eq "C"))"#,
        ),
    ] {
        assert_eq!(parse(written).to_string(), printed);
        assert_eq!(parse(printed).to_string(), printed);
    }
}

#[test]
fn a_property_has_the_operators_that_it_says_and_no_other() {
    for property in Property::ALL {
        for &operator in Operator::ALL {
            let literals = [r#""Core""#, r#"["Core"]"#, "10.0", "$null", r#""Unknown""#, r#"["Unknown"]"#];
            let read = literals.iter().any(|literal| {
                let text = format!("(device.{property} {operator} {literal})");
                Filter::parse(&text, Platform::Windows10AndLater).is_ok()
            });
            assert_eq!(read, property.operators().contains(&operator), "{property} {operator}");
        }
    }
}

#[test]
fn what_the_inventory_or_the_platform_does_not_have_is_refused_with_the_reason() {
    assert_fails(
        r#"(device.isRooted -eq "True")"#,
        1,
        "device.isRooted cannot be asked for: the inventory does not record it; \
         narrow the assignment with a group of devices instead",
    );
    assert!(fails("(device.EnrollmentProfileName -ne $null)").1.contains("does not record it"));
    assert!(fails(r#"(device.cpuArchitecture -eq "arm64")"#).1.contains("does not record it"));
    assert!(
        fails(r#"(device.deviceTrustType -eq "Azure AD registered")"#)
            .1
            .contains("does not tell such devices")
    );
    assert!(fails(r#"(app.osVersion -eq "1")"#).1.contains("profiles go to devices"));
    for &platform in Platform::ALL {
        for text in [r#"(device.operatingSystemSKU -contains "N")"#, "(device.deviceTrustType -eq $null)"] {
            let read = Filter::parse(text, platform);
            assert_eq!(read.is_ok(), platform == Platform::Windows10AndLater, "{text} on {platform}");
        }
    }
    let foreign = Filter::parse("(device.deviceTrustType -eq $null)", Platform::Ios).unwrap_err();
    assert_eq!(
        foreign.problem.to_string(),
        "iOS devices have no deviceTrustType: it is a property of Windows10AndLater"
    );
}

#[test]
fn an_error_says_where_and_what_to_write() {
    for (text, offset, problem) in [
        ("", 0, "a property such as device.model should stand here, not the end; "),
        ("  ", 2, "a property such as device.model should stand here, not the end; "),
        (r#"(device.modle -eq "X")"#, 1, "device.modle is no property; did you mean device.model?"),
        (r#"(model -eq "X")"#, 1, "model is no property; did you mean device.model?"),
        (
            r#"(device.joinType -eq "X")"#,
            1,
            "device.joinType is no property; did you mean device.deviceTrustType?",
        ),
        (r#"(device.model -equals "X")"#, 14, "-equals is no operator; did you mean -eq?"),
        (r#"(device.model -startWith "X")"#, 14, "-startWith is no operator; did you mean -startsWith?"),
        (r#"(device.model "X")"#, 14, "an operator such as -eq should stand here, not '\"'; "),
        (
            "(device.model -eq )",
            18,
            "a text in double quotes, a list, a version or $null should stand here, not ')'; ",
        ),
        (
            "(device.model -eq 'X')",
            18,
            "a text in double quotes, a list, a version or $null should stand here, not '\\''; write texts in straight double quotes",
        ),
        (
            "(device.model -eq “X”)",
            18,
            "a text in double quotes, a list, a version or $null should stand here, not '“'; write texts in straight double quotes",
        ),
        ("(device.model -eq X)", 18, "model -eq takes a text in double quotes, or $null; "),
        (r#"(device.model -in "X")"#, 18, "model -in takes a list of texts such as [\"a\", \"b\"]; "),
        ("(device.model -in [])", 19, "a text in double quotes should stand here, not ']'; "),
        (r#"(device.model -in ["a" "b"])"#, 23, "a comma or a closing bracket should stand here, not '\"'; "),
        ("(device.model -startsWith $null)", 26, "model -startsWith takes a text in double quotes; "),
        (
            r#"(device.model -eq "X"#,
            18,
            "this text is not closed by a double quote; close it; a text cannot hold a double quote",
        ),
        (
            "(device.model -eq \"X\0\")",
            20,
            "this text holds a control character; write the text on one line, without tabs",
        ),
        (
            r#"(device.model -contains "")"#,
            24,
            "this text is empty; write $null with -eq or -ne to ask whether there is a value",
        ),
        (
            r#"(device.model -eq "X""#,
            21,
            "`and`, `or` or a closing parenthesis should stand here, not the end; ",
        ),
        (r#"(device.model -eq "X"))"#, 22, "`and`, `or` or the end should stand here, not ')'; "),
        (
            r#"(device.model -eq "X") (device.model -eq "Y")"#,
            23,
            "`and`, `or` or the end should stand here, not '('; ",
        ),
        (
            r#"(device.model -eq "X") and"#,
            26,
            "a property such as device.model should stand here, not the end; ",
        ),
        (
            "(device.operatingSystemVersion -gt 17.x)",
            35,
            "\"17.x\" is no version; write one to four numbers with dots between them",
        ),
        (
            "(device.operatingSystemVersion -gt 1.2.3.4.5)",
            35,
            "\"1.2.3.4.5\" is no version; write one to four numbers with dots between them",
        ),
        (
            "(device.osVersion -gt 17)",
            18,
            "-gt does not compare osVersion; write device.operatingSystemVersion to compare by order, or one of -eq, -ne, -in, -notIn, -startsWith, -contains, -notContains",
        ),
        (
            r#"(device.deviceOwnership -eq "Company")"#,
            28,
            "deviceOwnership is never \"Company\"; write \"Corporate\", \"Personal\", \"Unknown\"",
        ),
        (
            r#"(device.deviceOwnership -contains "C")"#,
            24,
            "-contains does not compare deviceOwnership; write one of -eq, -ne",
        ),
    ] {
        assert_fails(text, offset, problem);
    }
}
