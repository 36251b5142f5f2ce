namespace Rivet.Storage;

/// <summary>All scripts of this program in their order, and the gate: which of them a store still needs, or why it is not for this program.</summary>
internal sealed record MigrationPlan
{
    private MigrationPlan(IReadOnlyList<Migration> all) => All = all;

    public IReadOnlyList<Migration> All { get; }

    /// <summary>Sources in order of registration, each with its scripts in order of number.</summary>
    public static MigrationPlan Of(IEnumerable<MigrationSource> sources) => new([.. sources.SelectMany(source => source.Read())]);

    /// <summary>What is still to be applied.</summary>
    /// <param name="applied">What the store has had, in the order in which it had it.</param>
    /// <param name="place">The store's folder, for the sentence.</param>
    /// <exception cref="UpgradeException">The store needs a newer program or an intermediate one, or its past is not this program's.</exception>
    public IReadOnlyList<Migration> Pending(IReadOnlyList<AppliedMigration> applied, string place)
    {
        if (applied.Count > 0 && applied.MaxBy(one => one.Program.Number)!.Program is var last && last.Number < ProgramVersion.OldestUpgraded.Number)
        {
            throw new UpgradeException(UpgradeFault.TooOld, place, last, ProgramVersion.Current, ProgramVersion.OldestUpgraded);
        }

        RefuseUnknown(applied, place);
        RefuseChanged(applied, place);
        RefuseGaps(applied, place);
        var had = applied.Select(one => one.Name).ToHashSet();
        return [.. All.Where(migration => !had.Contains(migration.Name))];
    }

    /// <summary>A script that this program does not know changed what this one relies on.</summary>
    private void RefuseUnknown(IReadOnlyList<AppliedMigration> applied, string place)
    {
        var known = All.Select(migration => migration.Name).ToHashSet();
        if (applied.Where(one => !known.Contains(one.Name)).MaxBy(one => one.Program.Number) is not { } unknown)
        {
            return;
        }

        throw unknown.Program.Number > ProgramVersion.Current.Number
            ? new UpgradeException(UpgradeFault.NeedsNewer, place, unknown.Program, unknown.Name, ProgramVersion.Current)
            : new UpgradeException(UpgradeFault.Missing, place, unknown.Program, unknown.Name, ProgramVersion.Current);
    }

    private void RefuseChanged(IReadOnlyList<AppliedMigration> applied, string place)
    {
        foreach (var (one, script) in from one in applied join script in All on one.Name equals script.Name select (one, script))
        {
            if (one.Checksum is not null && one.Checksum != script.Checksum)
            {
                throw new UpgradeException(UpgradeFault.Changed, place, one.Program, one.Name, ProgramVersion.Current);
            }
        }
    }

    /// <summary>A module's later script was written for what its earlier ones made.</summary>
    private void RefuseGaps(IReadOnlyList<AppliedMigration> applied, string place)
    {
        var had = applied.ToDictionary(one => one.Name);
        foreach (var module in All.GroupBy(migration => migration.Owner))
        {
            Migration? missing = null;
            foreach (var migration in module)
            {
                if (!had.TryGetValue(migration.Name, out var later))
                {
                    missing ??= migration;
                }
                else if (missing is not null)
                {
                    throw new UpgradeException(UpgradeFault.Skipped, place, missing.Name, later.Name, later.Program);
                }
            }
        }
    }
}
