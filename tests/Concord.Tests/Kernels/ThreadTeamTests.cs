using Concord.Kernels;
using Xunit;

namespace Concord.Tests.Kernels;

[Collection("kernels")]
public class ThreadTeamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1001)]
    public void Ranges_and_tasks_cover_everything_once(int count)
    {
        var seen = new int[count];
        ThreadTeam.Ranges(
            count,
            3,
            (from, to) =>
            {
                for (var i = from; i < to; i++)
                    Interlocked.Increment(ref seen[i]);
            }
        );
        ThreadTeam.Tasks(count, task => Interlocked.Increment(ref seen[task]));
        Assert.All(seen, times => Assert.Equal(2, times));
    }

    [Fact]
    public void What_a_task_throws_reaches_the_caller()
    {
        var thrown = Assert.Throws<InvalidDataException>(() =>
            ThreadTeam.Tasks(
                10,
                task =>
                {
                    if (task == 3)
                        throw new InvalidDataException("task 3");
                }
            )
        );
        Assert.Equal("task 3", thrown.Message);
        // from every thread, from within another task; the team works on afterwards
        Assert.Throws<InvalidDataException>(() =>
            ThreadTeam.Ranges(1000, 1, (_, _) => throw new InvalidDataException("every range"))
        );
        Assert.Throws<InvalidDataException>(() =>
            ThreadTeam.Tasks(4, _ => ThreadTeam.Ranges(100, 1, (_, _) => throw new InvalidDataException("within")))
        );
        var done = 0;
        ThreadTeam.Tasks(100, _ => Interlocked.Increment(ref done));
        Assert.Equal(100, done);
    }

    [Fact]
    public void A_task_may_start_ranges_of_its_own()
    {
        var total = 0;
        ThreadTeam.Tasks(4, _ => ThreadTeam.Ranges(10, 1, (from, to) => Interlocked.Add(ref total, to - from)));
        Assert.Equal(40, total);
    }
}
