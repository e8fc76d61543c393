import Inventory
import Planning
import Service
import Testing

@testable import quartermaster

@Suite("Commands become values")
struct CommandTests {
  @Test("sync takes its file with everything that says how to read it")
  func sync() throws {
    let command = try #require(
      try parsed(
        "sync demand - --source=erp --key day-1 --complete-through 2026-04-24"
          + " --generated-at 2026-04-25T02:00:00Z --strict --map item=sku,day=date"
          + " --map quantity=units --ignore till --ignore clerk", as: SyncCommand.self))
    #expect(command.kind == .demand)
    #expect(command.file == "-")
    #expect(command.source.text == "erp")
    #expect(command.key == "day-1")
    #expect(command.completeThrough == Day("2026-04-24"))
    #expect(command.generatedAt == Instant("2026-04-25T02:00:00Z"))
    #expect(command.isStrict)
    #expect(command.mapping.theirs == [.item: "sku", .day: "date", .quantity: "units"])
    #expect(command.mapping.ignored == ["till", "clerk"])
  }

  @Test("sync without options leaves key and revision to the content")
  func plainSync() throws {
    let command = try #require(try parsed("sync items items.csv", as: SyncCommand.self))
    #expect(command.key == nil && command.generatedAt == nil && !command.isStrict)
    #expect(command.source.text == "file")
    #expect(command.database == nil)
  }

  @Test("calendar takes a country and a span of days")
  func calendar() throws {
    let command = try #require(
      try parsed(
        "calendar --country US --from 2024-01-01 --to 2024-12-31 --region CA",
        as: CalendarCommand.self))
    #expect(command.calendar.country == "US" && command.calendar.region == RegionCode("CA"))
    #expect(try command.calendar.csv().contains("\n2024-11-28,Thanksgiving,holiday,CA\n"))
    #expect(
      refusal("calendar --country US --from 2024-01-02 --to 2024-01-01")
        == "--to is '2024-01-01', but must be a day not before --from")
    let nowhere = HolidayCalendar(country: "XX", span: command.calendar.span)
    #expect(throws: UnknownCountry.self) { try nowhere.csv() }
  }

  @Test("flags takes a region, a run and a format")
  func flags() throws {
    let command = try parsed("flags --region N --run 7 --format json", as: FlagsCommand.self)
    #expect(command?.region == RegionCode("N"))
    #expect(command?.run == 7)
    #expect(command?.format == .json)
    #expect(refusal("flags --run 0") == "--run is '0', but must be a whole number from 1 on")
  }

  @Test("demand show takes a series, days and a version; demand history a day")
  func demand() throws {
    let show = try #require(
      try parsed(
        "demand show --item a --location b --from 2026-01-01 --to 2026-01-31 --version 7",
        as: DemandShowCommand.self))
    #expect(show.query.item == ItemCode("a") && show.query.location == LocationCode("b"))
    #expect(show.query.from == Day("2026-01-01") && show.query.through == Day("2026-01-31"))
    #expect(show.query.version == 7 && show.format == .table)
    let history = try parsed(
      "demand history --item a --location b --day 2026-01-01 --format csv",
      as: DemandHistoryCommand.self)
    #expect(history?.day == Day("2026-01-01") && history?.format == .csv)
    #expect(
      refusal("demand show --item a --location b --version -1")
        == "--version is '-1', but must be a whole number from 0 on")
  }

  @Test("train and report take the day that is today")
  func asOf() throws {
    let train = try parsed("train --as-of 2016-04-24", as: TrainCommand.self)
    #expect(train?.asOf == Day("2016-04-24"))
    let report = try parsed(
      "report procurement --region CA --format json --as-of 2016-04-24",
      as: ProcurementReportCommand.self)
    #expect(report?.region == RegionCode("CA"))
    #expect(report?.format == .json)
    #expect(report?.asOf == Day("2016-04-24"))
  }

  @Test("forecast's quantiles are sorted, its defaults are the product's")
  func forecast() throws {
    let command = try #require(
      try parsed(
        "forecast a.csv --horizon 8 --bucket week --method ets --quantiles 0.9,0.1 --complete",
        as: ForecastCommand.self))
    #expect(
      command.settings
        == ForecastSettings(horizon: 8, bucket: .week, quantiles: [0.1, 0.9], choice: .ets))
    #expect(command.isComplete)
    let plain = try #require(try parsed("forecast a.csv --horizon 1", as: ForecastCommand.self))
    #expect(plain.settings == ForecastSettings(horizon: 1))
  }

  @Test("a key is asked for by its scope, with what that scope needs")
  func keys() throws {
    func request(_ line: String) throws -> Keys.Request? {
      try parsed("keys create " + line, as: KeysCreateCommand.self)?.request
    }
    let north = try #require(RegionCode("north"))
    #expect(try request("--scope sync --source erp") == SourceCode("erp").map { .sync($0) })
    #expect(try request("--scope read --region north") == .read(north, name: nil))
    #expect(
      try request("--scope read --region north --name ann")
        == .read(north, name: ClientCode("ann")))
    #expect(try request("--scope admin") == .admin(name: nil))
    #expect(try parsed("keys revoke 3", as: KeysRevokeCommand.self)?.key == 3)
  }

  @Test("a schedule is five fields in quotes, in a time zone")
  func schedule() throws {
    let command = try #require(
      try parsed(
        "schedule set daily '30 6  * * MON' --time-zone Europe/Berlin",
        as: ScheduleSetCommand.self))
    #expect(command.name.text == "daily")
    #expect(command.expression.text == "30 6 * * MON")
    #expect(command.timeZone == "Europe/Berlin")
    let now = try parsed(
      "schedule run-now daily --as-of 2016-04-24", as: ScheduleRunNowCommand.self)
    #expect(now?.asOf == Day("2016-04-24") && now?.isForced == false)
    #expect(
      try parsed("schedule run-now daily --force", as: ScheduleRunNowCommand.self)?.isForced == true
    )
  }

  @Test("options may stand before, between and after arguments; after -- all are arguments")
  func order() throws {
    for line in [
      "sync --strict demand a.csv", "sync demand --strict a.csv", "sync demand a.csv --strict",
    ] {
      let command = try #require(try parsed(line, as: SyncCommand.self))
      #expect(command.isStrict && command.file == "a.csv")
    }
    #expect(try parsed("sync demand -- --help", as: SyncCommand.self)?.file == "--help")
  }

  @Test(
    "a wrong command line is refused in one sentence that names the right word",
    arguments: [
      ("snyc items a.csv", "there is no command 'snyc items'; did you mean 'sync'?"),
      ("frobnicate", "there is no command 'frobnicate'; 'quartermaster help' lists them"),
      ("report", "'report' needs one more word: report procurement"),
      (
        "report procurment --region N",
        "there is no command 'report procurment'; did you mean 'report procurement'?"
      ),
      ("--strict", "the first word is '--strict', but must be a command"),
      ("train --as-off 2026-01-01", "'train' has no option --as-off; did you mean --as-of?"),
      (
        "train --quickly",
        "'train' has no option --quickly; 'quartermaster help train' lists its options"
      ),
      ("train -v", "'train' has no option -v; 'quartermaster help train' lists its options"),
      ("train --as-of", "--as-of needs a value: --as-of DAY"),
      ("train --as-of= 2026-01-01", "--as-of needs a value: --as-of DAY"),
      ("train --as-of --database x", "--as-of needs a value: --as-of DAY"),
      (
        "train --as-of 24.4.2026", "--as-of is '24.4.2026', but must be a day as 2026-04-24"
      ),
      ("train now", "'now' is one word too many: quartermaster train [OPTIONS]"),
      ("train --as-of 2026-01-01 --as-of 2026-01-02", "--as-of is given twice"),
      (
        "sync demnad a.csv",
        "KIND is 'demnad', but must be items, locations, calendar, terms, prices, demand, stock or"
          + " movements; did you mean 'demand'?"
      ),
      ("sync items", "FILE is missing: quartermaster sync KIND FILE [OPTIONS]"),
      ("sync items a.csv --strict=yes", "--strict takes no value"),
      (
        "sync items a.csv --complete-through 2026-01-01",
        "--complete-through goes with demand or movements, not with items"
      ),
      ("sync items a.csv --map item", "--map is 'item', but must be ours=theirs, as item=sku"),
      (
        "sync items a.csv --map itme=sku",
        "the left side of --map is 'itme', but must be a column of the formats;"
          + " did you mean 'item'?"
      ),
      ("sync items a.csv --map item=a,item=b", "--map names item twice"),
      (
        "sync items a.csv --key a/b",
        "--key is 'a/b', but must be 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'"
      ),
      (
        "report procurement",
        "--region is missing: quartermaster report procurement --region REGION [OPTIONS]"
      ),
      (
        "report procurement --region N --format jsno",
        "--format is 'jsno', but must be table, csv or json; did you mean 'json'?"
      ),
      (
        "forecast a.csv --horizon 0",
        "--horizon is '0', but must be a whole number from 1 to 1096"
      ),
      (
        "keys create --scope sync",
        "--source is missing: quartermaster keys create --scope SCOPE [OPTIONS]"
      ),
      (
        "keys create --scope read",
        "--region is missing: quartermaster keys create --scope SCOPE [OPTIONS]"
      ),
      (
        "keys create --scope sync --source erp --name ann",
        "--name goes with read or admin, not with sync"
      ),
      (
        "keys create --scope raed --region north",
        "--scope is 'raed', but must be sync, read or admin; did you mean 'read'?"
      ),
      ("keys revoke first", "KEY is 'first', but must be the number of a key"),
      (
        "schedule set daily 30 6 * * *",
        "'6' is one word too many: quartermaster schedule set NAME CRON [OPTIONS]"
      ),
      (
        "schedule set daily '30 25 * * *'", "the hour 25 of the schedule is outside 0 to 23"
      ),
      (
        "schedule set daily '0 0 31 2 *'",
        "this schedule would never fire: no month has such a day"
      ),
      (
        "planners add ann@example.com",
        "--region is missing: quartermaster planners add ADDRESS --region REGION [OPTIONS]"
      ),
      (
        "forecast lock --days 7 --reason x",
        "say what to lock: --region, --location, --item, or --all for the whole company"
      ),
      (
        "forecast lock --region north --all --days 7 --reason x",
        "--all is the whole company, and does not go with a place"
      ),
      (
        "forecast lock --all --reason x", "say up to when: --through DAY or --days N"
      ),
      (
        "forecast lock --all --days 7 --through 2026-05-03 --reason x",
        "--days does not go with --through"
      ),
      (
        "forecast lock --all --days 0 --reason x",
        "--days is '0', but must be a whole number from 1 to 365"
      ),
      ("forecast unlock +3 --reason x", "LOCK is '+3', but must be the number of a lock"),
      (
        "forecast a.csv --horizon 1 --quantiles 0.1,1",
        "--quantiles is '0.1,1', but must be different numbers between 0 and 1, as 0.1,0.5,0.9"
      ),
    ])
  func refusals(line: String, sentence: String) {
    #expect(refusal(line) == sentence)
  }
}
