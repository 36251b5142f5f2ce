namespace Rivet.Simulation.Tests;

/// <summary>A simulation that finds nothing proves nothing: each of these mistakes must be found within a few schedules.</summary>
public sealed class ModelBugTests
{
    private const int Enough = 400;

    [Theory]
    [InlineData(ModelBug.StoresRepeats)]
    [InlineData(ModelBug.ForgetsIdsInACrash)]
    [InlineData(ModelBug.AnswersBeforeCommit)]
    [InlineData(ModelBug.ReusesASequence)]
    [InlineData(ModelBug.LeavesAGap)]
    [InlineData(ModelBug.HidesAnEntry)]
    [InlineData(ModelBug.MovesReadsBack)]
    [InlineData(ModelBug.ServesTheRemoved)]
    [InlineData(ModelBug.ForgetsTheAdded)]
    internal void Schedules_ServerMakesAMistake_FindIt(ModelBug bug)
    {
        for (var seed = 1; seed <= Enough; seed++)
        {
            if (World.TryRun(new Setting { Seed = seed, Bug = bug }, traced: false) is { } rule)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{bug}: schedule {seed}: {rule}");
                return;
            }
        }

        Assert.Fail($"{Enough} schedules did not show that a server {bug}.");
    }

    [Fact]
    public void Schedule_SameSeed_HappensAlike()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var setting = new Setting { Seed = seed, Bug = ModelBug.LeavesAGap };
            Assert.Equal(World.TryRun(setting, traced: true), World.TryRun(setting, traced: true));
        }
    }
}
