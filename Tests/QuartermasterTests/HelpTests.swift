import Service
import Testing

@testable import quartermaster

@Suite("Help")
struct HelpTests {
  func shown(_ commandLine: String) throws -> String? {
    guard case .show(let text) = try Invocation(words(commandLine), commands: allCommands) else {
      return nil
    }
    return text
  }

  @Test("the overview lists every command with one sentence")
  func overview() throws {
    let golden = """
      Quartermaster forecasts a retailer's demand and tells procurement what to order.

      Usage: quartermaster COMMAND [OPTIONS]

      Commands:
        sync                Store items, locations, calendar, terms, prices, demand, stock, movements
        train               Forecast every region from one version of the data and publish it
        report procurement  Say what a region should order, and how sure that is
        report accuracy     Say how far published forecasts were from what was sold afterwards
        report stability    Say how much forecasts moved from each published run to the next
        flags               List the predictions not to trust, and the regions that are behind
        forecast lock       Keep near days as the forecast in use has them, as for orders placed
        forecast locks      List the locks in force, with who set them and why
        forecast unlock     Take a lock away before its last day
        demand show         Show one series day by day: told, zero, missing, closed or out of stock
        demand history      Show the life of one number: who told what when, and what stands
        explain             Show how one published number was made, from the batches to the last step
        replay              Make a run again from its data, and compare it with what was published
        quarantine list     List the rows that were set aside and wait, each with its reason
        quarantine show     Show one row with its bytes, its reason and what to do about it
        quarantine replay   Bring rows in again that were set aside
        quarantine fix      Replace a row that was set aside by a corrected one
        quarantine discard  Say of rows that were set aside that they are no facts
        status              Show how fresh each location's data is, and the last run
        forecast            Forecast a file of demand into a file, without a database
        backtest            Measure forecasts of a file against what came after
        calendar            Write a country's holidays, by rule, as a calendar to sync or use
        keys create         Make a key for the API and show it once
        keys list           Show whose keys there are, and which are revoked
        keys revoke         Take a key away; it stops working within 5 seconds
        schedule list       Show when the regions are trained
        schedule set        Make a schedule of trainings, or change it
        schedule pause      Let a schedule rest; slots meanwhile are not made up for
        schedule resume     Let a paused schedule go on
        schedule run-now    Ask the service for a run without waiting for the next slot
        planners add        Mail somebody about a region's flags
        planners list       Show who is mailed about which region
        planners remove     Mail somebody no more
        sources list        Show which sources push, and what of theirs is mapped
        sources show        Show how a source's rows are read
        sources map         Say once how a source writes its rows of a kind
        sources unmap       Read a source's rows of a kind as the formats have them again
        runs list           List the latest runs: in use, published or refused, from which data
        runs show           Show what a run was made from, its regions, and each check of the gate
        runs compare        Show what changed from one run to another, region by region
        models show         Show what made a series' forecast: method, states, features, accuracy
        promote             Put a run into use, one that the gate refused only by force
        rollback            Give readers the forecast again that they had before
        configuration show  Print what runs are made by, as a JSON document
        configuration set   Make runs by another document from the next one on
        configuration list  List the versions of the configuration: who, when and why
        prune               Drop what is older than it is kept
        serve               Run the service: API, pages, schedule, worker and mail
        migrate             Create the tables, or bring them up to this version
        demo                Load a generated retailer, train, and print one region's report

      'quartermaster help COMMAND' explains a command and shows an example.
      'quartermaster --version' names the version.

      """
    for line in ["help", "--help", "-h", ""] { #expect(try shown(line) == golden) }
  }

  @Test("a command's help says what it needs, what it takes, and shows it")
  func commandHelp() throws {
    let golden = """
      Forecast every region from one version of the data and publish it.

      Usage: quartermaster train [OPTIONS]

      Options:
        --as-of DAY     the day taken for today; default today
        --database URL  an existing PostgreSQL; default QUARTERMASTER_DATABASE_URL, else the private
                        one
        --help          this text

      The origin is the last day through which every trained region is complete. Readers see the old
      forecast or the new one, never a mixture.

      Examples:
        quartermaster train
            trains on all data complete today
        quartermaster train --as-of 2016-04-24
            trains old data as if it were that day

      """
    for line in ["help train", "train --help", "train --as-of x --help"] {
      #expect(try shown(line) == golden)
    }
  }

  @Test("sync's help names the columns of every kind")
  func columns() throws {
    let text = try #require(try shown("help sync"))
    #expect(text.contains("  demand     item, location, day, quantity; revision, unit\n"))
    #expect(
      text.contains("  movements  id, kind, item, location, at, quantity; of, revision, unit\n"))
    #expect(
      text.contains(
        "  locations  location, region; name, time_zone, freshness, closed_weekdays, revision\n"))
  }

  @Test("every example in the help is a command line that is understood")
  func examples() throws {
    for command in allCommands {
      #expect(!command.grammar.examples.isEmpty)
      for example in command.grammar.examples {
        let line = words(example.commandLine)
        #expect(line.first == "quartermaster")
        guard
          case .run(let value) = try Invocation(Array(line.dropFirst()), commands: allCommands)
        else {
          Issue.record("\(example.commandLine) shows text")
          continue
        }
        #expect(type(of: value) == command)
      }
    }
  }

  @Test("every command that can be carried out is one of those tested here")
  func catalogue() {
    let tested = allCommands.map { $0.grammar.name }
    #expect(Program.commands.allSatisfy { tested.contains($0.grammar.name) })
  }

  @Test("no line of help is wider than a terminal of 100 columns")
  func width() throws {
    for name in allCommands.map({ $0.grammar.name }) {
      let lines = try #require(try shown("help \(name)")).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 100 })
    }
  }

  @Test("help for what is no command is refused")
  func unknown() {
    #expect(refusal("help tarin") == "there is no command 'tarin'; did you mean 'train'?")
  }

  @Test("the version is one line")
  func version() throws {
    #expect(try shown("--version") == "quartermaster \(Version.text)\n")
  }
}
