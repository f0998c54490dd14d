import unittest

from worlds import STILL, client, let_pass


class Users(unittest.TestCase):
    """users and user groups, by boto3"""

    def setUp(self):
        self.still = client(STILL, region="ap-south-1")

    def test_make_a_group_and_leave_it(self):
        still = self.still
        made = still.create_user(
            UserId="App", UserName="app", Engine="redis", AccessString="on ~app:* +get", Passwords=["long-enough-secret"]
        )
        self.assertEqual(made["UserId"], "app")
        self.assertEqual(made["AccessString"], "on ~app:* -@all +get")
        self.assertNotIn("Passwords", made)
        let_pass(10)
        group = still.create_user_group(UserGroupId="apps", Engine="redis", UserIds=["default", "app"])
        self.assertEqual(group["Status"], "creating")
        let_pass(10)
        [group] = still.describe_user_groups(UserGroupId="apps")["UserGroups"]
        self.assertEqual((group["Status"], sorted(group["UserIds"])), ("active", ["app", "default"]))
        still.modify_user_group(UserGroupId="apps", UserIdsToRemove=["app"])
        with self.assertRaises(still.exceptions.InvalidUserGroupStateFault):
            still.delete_user_group(UserGroupId="apps")
        let_pass(10)
        still.delete_user_group(UserGroupId="apps")
        still.delete_user(UserId="app")
        let_pass(10)
        with self.assertRaises(still.exceptions.UserNotFoundFault):
            still.describe_users(UserId="app")
        every = [user["UserId"] for page in still.get_paginator("describe_users").paginate() for user in page["Users"]]
        self.assertEqual(every, ["default"])
